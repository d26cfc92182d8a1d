"""What a watched kernel reports of its threads and tasks."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import sync_to_async

from wslab.kernel import probe


async def waits(event: asyncio.Event) -> None:
    await event.wait()


async def test_a_pending_task_and_a_thread_are_told_with_their_places():
    event, release = asyncio.Event(), threading.Event()
    begun = threading.Event()

    def blocks():
        begun.set()
        release.wait(20)

    thread = threading.Thread(target=blocks, name="busy")
    thread.start()
    task = asyncio.create_task(waits(event), name="patient")
    assert await asyncio.to_thread(begun.wait, 5)
    told = probe.pending()
    event.set()
    release.set()
    await task
    thread.join()
    assert "task patient: waits (" in told
    assert "test_probe.py, line" in told
    assert "thread 'busy'" in told


async def test_the_probe_is_not_among_what_it_reports():
    """It is called on top of what it interrupts, here this test."""
    told = probe.pending()
    assert "test_the_probe_is_not_among_what_it_reports" in told
    assert "pending (" not in told


async def test_asgirefs_thread_is_no_leak_and_any_other_executors_is():
    def told():
        return [describe() for _, describe in probe.remains()]

    name = await sync_to_async(lambda: threading.current_thread().name)()
    assert not any(name in it for it in told())
    with ThreadPoolExecutor(1, "left") as executor:
        executor.submit(int).result()
        assert "the thread 'left_0' still runs" in told()
