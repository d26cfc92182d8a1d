"""A reader's lines in tasks that wait, in threads and in tracebacks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

from wslab.kernel.stacks import (
    LONGEST,
    await_chain,
    described,
    readable_traceback,
    task_position,
    thread_position,
)


async def outer(waiting: asyncio.Event) -> None:
    await inner(waiting)


async def inner(waiting: asyncio.Event) -> None:
    await waiting.wait()


async def test_a_chain_leads_through_coroutines_to_a_future():
    waiting = asyncio.Event()
    task = asyncio.create_task(outer(waiting))
    await asyncio.sleep(0)  # the task's first step
    names = [name for _, name in await_chain(task)]
    assert names == ["outer", "inner", "Event.wait", "a future"]
    position = task_position(task)
    assert position.startswith("outer (")
    assert position.count("test_stacks.py, line ") == 2
    assert "asyncio" not in position
    waiting.set()
    await task


async def test_a_task_of_machinery_alone_is_named():
    task = asyncio.create_task(asyncio.sleep(60), name="idle")
    assert task_position(task) == "idle"
    task.cancel()
    await asyncio.wait([task])


def test_a_thread_is_at_the_readers_own_line():
    begun, release = threading.Event(), threading.Event()

    def blocks():
        begun.set()
        release.wait(20)

    thread = threading.Thread(target=blocks)
    thread.start()
    assert begun.wait(5)
    position = thread_position(thread)
    release.set()
    thread.join()
    assert position.startswith("blocks (")
    assert "test_stacks.py, line " in position
    assert thread_position(thread).endswith("which has ended")


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("no text")


def test_an_exception_is_described_in_bounded_length():
    assert described(ValueError("boom")) == "ValueError: boom"
    assert described(ValueError()) == "ValueError"
    assert described(Unprintable()) == "Unprintable: <exception str() failed>"
    assert len(described(ValueError("x" * 8_000_000))) < LONGEST + 100
    assert len(readable_traceback(ValueError("x" * 8_000_000))) < LONGEST + 100


def test_the_ground_brings_no_server_along():
    """A kernel that is only watched must not import uvicorn, nor the lab."""
    source = (
        "import sys, wslab.kernel.stacks, wslab.kernel.cell, wslab.kernel.interrupt\n"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", source]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "uvicorn" not in found
    assert "wslab.lab" not in found
    assert "wslab.trace" not in found
