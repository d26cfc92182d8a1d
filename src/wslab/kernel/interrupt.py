"""An interrupted cell stops at once, also while it awaits."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading

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
