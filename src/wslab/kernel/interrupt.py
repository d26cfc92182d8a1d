"""Signals that end what a loop runs: at once, and with its clean-up."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_wakeup: tuple[socket.socket, socket.socket] | None = None


def wake_loop_on_signals() -> None:
    """Let a signal wake the running event loop, if this is the main thread's.

    ipykernel cancels an interrupted cell by a callback that it adds in its signal
    handler, which a loop that sleeps does not notice until something else wakes it
    (ipykernel issue 881). A descriptor that the signal writes to does.
    """
    global _wakeup
    if _wakeup or threading.current_thread() is not threading.main_thread():
        return
    reader, writer = _wakeup = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    asyncio.get_running_loop().add_reader(reader, reader.recv, 64)
    other = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    if other != -1:  # someone wakes the loop already
        signal.set_wakeup_fd(other)


@contextmanager
def cancelled_by_sigterm() -> Iterator[None]:
    """Let SIGTERM cancel this task, and take its effect once the task has ended.

    The handler of Ctrl-C that asyncio has is missing where SIGINT is ignored. Outside
    of the main thread, which has the signals, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task
    come: list[int] = []

    def cancel(number: int, frame: FrameType | None) -> None:
        come.append(number)
        signal.signal(number, signal.SIG_IGN)  # what has begun to end is left alone
        loop.call_soon_threadsafe(task.cancel)

    before = signal.signal(signal.SIGTERM, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if come:
            signal.raise_signal(signal.SIGTERM)
