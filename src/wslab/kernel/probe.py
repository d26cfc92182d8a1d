"""An IPython extension in each executing kernel: what runs there, and what is left.

The kernel's parent asks for both. `leaks()` is evaluated after the last cell. For a
kernel that no longer answers there is a signal: SIGUSR1 has the stack of each thread
and the await chain of each task written to a file beside the connection file.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import psutil  # type: ignore[import-untyped]
from ipykernel.connect import get_connection_file

from wslab.kernel.stacks import Link, await_chain, is_from, place

SUFFIX = ".pending"  # of the file with the answer to the signal
BEGIN, END = "-- tasks --", "-- end --"
GRACE = 6.0  # seconds in which what is closing, a browser say, may still end
MACHINERY = ("ipykernel", "IPython", "tornado", "zmq", __name__, "debugpy")

_known: set[Hashable] = set()


def load_ipython_extension(shell: Any) -> None:
    """Answer to SIGUSR1 from now on."""
    if not hasattr(signal, "SIGUSR1"):
        return
    path = Path(get_connection_file()).with_suffix(SUFFIX)
    report = path.open("w", encoding="utf-8", buffering=1)

    def write_pending(number: int, frame: FrameType | None) -> None:
        report.write(f"{BEGIN}\n{pending()}\n{END}\n")

    signal.signal(signal.SIGUSR1, write_pending)
    # Python's handler waits for the main thread to leave C code; this one does not.
    faulthandler.register(signal.SIGUSR1, report, all_threads=True, chain=True)


def begin() -> None:
    """Take what is there now for the kernel's own, which `leaks()` leaves out."""
    _known.clear()
    _known.update(key for key, _ in remains())


async def settle() -> None:
    """Wait until nothing is left over, or until the grace has passed."""
    deadline = time.monotonic() + GRACE
    while leaks() and time.monotonic() < deadline:
        gc.collect()
        await asyncio.sleep(0.02)


def leaks() -> list[str]:
    """Say what the cells left: listening ports, processes, threads and tasks."""
    return [describe() for key, describe in remains() if key not in _known]


def remains() -> Iterator[tuple[Hashable, Callable[[], str]]]:
    """Yield all that runs in this process: a key, and how to describe it."""
    process = psutil.Process()
    for connection in process.net_connections("inet"):
        if connection.status == psutil.CONN_LISTEN:
            address = "{}:{}".format(*connection.laddr)
            yield address, partial("a server still listens on {}".format, address)
    for child in process.children(recursive=True):
        if is_running(child):
            yield child, partial(command, child)
    executors = {thread for loop in loops() for thread in executor_threads(loop)}
    executors |= asgiref_threads()
    for thread in threading.enumerate():
        if thread not in executors and not is_kernels_own(thread):
            yield thread, partial("the thread {!r} still runs".format, thread.name)
    for task in tasks():
        yield task, partial(pending_task, task)


def is_kernels_own(thread: threading.Thread) -> bool:
    """Tell whether a thread is of the kernel's machinery.

    zmq starts one of its own with the first large output that the kernel sends.
    """
    package = type(thread).__module__.partition(".")[0]
    return package in MACHINERY


def is_running(child: psutil.Process) -> bool:
    """Tell whether a child lives, and is not one that multiprocessing ends itself."""
    try:
        own = "multiprocessing.resource_tracker" in " ".join(child.cmdline())
        return child.status() != psutil.STATUS_ZOMBIE and not own
    except psutil.NoSuchProcess:
        return False


def command(child: psutil.Process) -> str:
    """Describe a child process."""
    with suppress(psutil.NoSuchProcess):
        return f"the process {child.pid} still runs: {' '.join(child.cmdline())[:120]}"
    return f"the process {child.pid} still ran"


def loops() -> list[asyncio.AbstractEventLoop]:
    """Return every event loop of this process, whichever thread runs it."""
    # The type, not isinstance(), which would wake lazy objects by their __class__.
    found = gc.get_objects()
    return [it for it in found if issubclass(type(it), asyncio.AbstractEventLoop)]


def executor_threads(loop: asyncio.AbstractEventLoop) -> set[threading.Thread]:
    """Return the threads of a loop's executor: asyncio's, and idle once unused."""
    executor = getattr(loop, "_default_executor", None)
    return set(getattr(executor, "_threads", ()))


def asgiref_threads() -> set[threading.Thread]:
    """Return asgiref's one thread for what Django may not run on a loop.

    It is the process's, and idle once unused.
    """
    module = sys.modules.get("asgiref.sync")
    executor = getattr(module, "SyncToAsync", module)
    executor = getattr(executor, "single_thread_executor", None)
    return set(getattr(executor, "_threads", ()))


def tasks() -> Iterator[asyncio.Task[Any]]:
    """Yield the unfinished tasks of all loops, save those of the kernel itself."""
    for loop in loops():
        for task in asyncio.all_tasks(loop):
            if cell_frames(task):
                yield task


def cell_frames(task: asyncio.Task[Any]) -> list[Link]:
    """Return what a task awaits without the machinery that leads to a cell's code.

    Nothing is left of a task in which the kernel waits for its own purposes.
    """
    chain = list(await_chain(task))
    theirs = 0
    while theirs < len(chain) and is_from(chain[theirs][0], *MACHINERY):
        theirs += 1
    ours = chain[theirs:]
    if theirs and all(frame is None or is_from(frame, "asyncio") for frame, _ in ours):
        return []
    return ours


def chain(task: asyncio.Task[Any]) -> str:
    """Say in a line what a task is called and what it awaits, outermost first."""
    return f"{task.get_name()}: " + " -> ".join(
        f"{name} ({place(frame)})" if frame else name
        for frame, name in cell_frames(task)
    )


def pending_task(task: asyncio.Task[Any]) -> str:
    """Describe a task that should have ended."""
    return f"a task is still pending: {chain(task)}"


def pending() -> str:
    """Say what each thread of the cells does, and what each of their tasks awaits."""
    stacks = sys._current_frames()
    blocks = []
    for thread in threading.enumerate():
        known = thread in _known and thread is not threading.main_thread()
        if (
            not known
            and thread.ident in stacks
            and (stack := calls(stacks[thread.ident]))
        ):
            blocks.append("\n    ".join([f"thread {thread.name!r}", *stack]))
    return "\n".join([*blocks, *(f"task {chain(task)}" for task in tasks())])


def calls(frame: FrameType | None) -> list[str]:
    """Return the calls on a thread's stack, outermost first; none if it is idle."""
    found: list[str] = []
    while is_from(frame, __name__):  # this module, on top of what it interrupted
        frame = frame.f_back if frame else None
    if is_from(frame, "selectors"):
        return found
    while frame and not is_from(frame, *MACHINERY):
        if not is_from(frame, "threading"):
            found.insert(0, f"{frame.f_code.co_qualname} ({place(frame)})")
        frame = frame.f_back
    return found
