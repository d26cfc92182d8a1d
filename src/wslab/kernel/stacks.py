"""Failures explained: tracebacks that a reader can read, tasks that will not end."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from sysconfig import get_path
from threading import Thread
from traceback import FrameSummary, StackSummary, TracebackException
from types import FrameType

import uvicorn

from wslab.kernel.cell import kernel_shell

MACHINERY = (
    str(Path(uvicorn.__file__).parent),
    str(Path(asyncio.__file__).parent),
    str(Path(__file__).parents[1]),
)
"""uvicorn, asyncio and this package: their frames say nothing about a reader's code."""

LIBRARIES = (*MACHINERY, *(get_path(name) for name in ("stdlib", "purelib")))


def readable_traceback(error: BaseException) -> str:
    """The traceback of an exception, with the reader's own frames.

    A line of a notebook cell is named by the cell's number, as IPython does.
    """
    report = TracebackException.from_exception(error)
    _make_readable(report)
    return "".join(report.format())


def _make_readable(report: TracebackException | None) -> None:
    if report is None:
        return
    own = [frame for frame in report.stack if not frame.filename.startswith(MACHINERY)]
    if own:
        report.stack = StackSummary.from_list(own)
    for frame in report.stack:
        _name_cell(frame)
    for other in (report.__cause__, report.__context__, *(report.exceptions or ())):
        _make_readable(other)


def _name_cell(frame: FrameSummary) -> None:
    shell = kernel_shell()
    name = shell.compile.format_code_name(frame.filename) if shell else None
    if name:
        # Reading the line first, since it is looked up under the file's real name.
        assert frame.line is not None
        frame.filename = " ".join(name)


def await_chain(task: asyncio.Task[object]) -> str:
    """Where a task waits: its coroutines from the application's outermost inwards."""
    places: list[str] = []
    awaited: object = task.get_coro()
    while (frame := getattr(awaited, "cr_frame", None)) is not None:
        if not frame.f_code.co_filename.startswith(MACHINERY):
            places.append(_place(frame))
        awaited = getattr(awaited, "cr_await", None)
    return " > ".join(places) or task.get_name()


def thread_position(thread: Thread) -> str:
    """The line of the reader's code that a thread is executing."""
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return f"{thread.name}, which has ended"
    innermost = frame
    while frame.f_code.co_filename.startswith(LIBRARIES) and frame.f_back:
        frame = frame.f_back
    return _place(frame if frame.f_back else innermost)


def _place(frame: FrameType) -> str:
    summary = FrameSummary(
        frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name
    )
    _name_cell(summary)
    return f"{summary.name} ({summary.filename}, line {summary.lineno})"
