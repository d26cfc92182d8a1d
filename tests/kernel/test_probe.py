"""What a watched kernel reports of its threads and tasks."""

from __future__ import annotations

import asyncio
import threading

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
