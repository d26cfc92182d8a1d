"""Where code is: a reader's lines in tracebacks, in tasks that wait and in threads."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from sysconfig import get_path
from threading import Thread
from traceback import StackSummary, TracebackException
from types import FrameType
from typing import Any

from wslab.kernel.cell import cell_name

MACHINERY = ("asyncio", "uvicorn", "wslab")
"""Packages whose frames say nothing about a reader's code."""

LONGEST = 20_000
"""Characters that a traceback may have; an exception's text may have millions."""

Link = tuple[FrameType | None, str]
"""One thing that a task awaits: its frame, if it has one, and its name."""

_KINDS = (
    ("cr_frame", "cr_await"),
    ("gi_frame", "gi_yieldfrom"),
    ("ag_frame", "ag_await"),
)


def readable_traceback(error: BaseException) -> str:
    """Return the traceback of an exception, with the reader's own frames.

    A line of a notebook cell is named by the cell's number, as IPython does. What is
    longer than `LONGEST` is cut in its middle, and says so.
    """
    report = TracebackException.from_exception(error)
    machinery = _directories(MACHINERY)
    left: list[TracebackException | None] = [report]
    while left:  # a chain may be longer than the stack is deep
        if each := left.pop():
            _make_readable(each, machinery)
            left += (each.__cause__, each.__context__, *(each.exceptions or ()))
    return _shortened("".join(report.format()))


def described(error: BaseException) -> str:
    """Return the type and the text of an exception, of which some cannot be printed."""
    try:
        text = str(error)
    except Exception:
        text = "<exception str() failed>"  # as tracebacks have it
    name = type(error).__name__
    return _shortened(f"{name}: {text}" if text else name)


def raised_at(error: BaseException) -> str | None:
    """Return the line of the reader's own code that an exception passed last.

    As "app.py, line 12". None where it passed none, or has no traceback.
    """
    standard = _libraries()
    found = None
    traceback = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        library = frame.f_code.co_filename.startswith(standard)
        if not library and not is_from(frame, *MACHINERY):
            found = place(frame, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def _make_readable(report: TracebackException, machinery: tuple[str, ...]) -> None:
    own = [frame for frame in report.stack if not frame.filename.startswith(machinery)]
    if own:
        report.stack = StackSummary.from_list(own)
    if filename := getattr(report, "filename", None):  # of a SyntaxError
        report.filename = cell_name(filename) or filename
    for frame in report.stack:
        if name := cell_name(frame.filename):
            # The line first, since it is looked up under the file's real name.
            assert frame.line is not None
            frame.filename = name


def _libraries() -> tuple[str, ...]:
    """Return where the files of the standard library and of what is installed begin."""
    paths = [get_path(name) for name in ("stdlib", "purelib", "platlib")]
    # In a page these begin with two slashes, and the first is in an archive.
    plain = [re.sub("^//", "/", path) for path in paths]
    return (*plain, str(Path(os.__file__).parent), "<frozen ")


def _shortened(text: str) -> str:
    left_out = len(text) - LONGEST
    if left_out <= 0:
        return text
    half = LONGEST // 2
    return f"{text[:half]}\n... {left_out:,} characters left out ...\n{text[-half:]}"


def _directories(packages: tuple[str, ...]) -> tuple[str, ...]:
    """Return the directories of those packages that are imported."""
    files = (getattr(sys.modules.get(name), "__file__", None) for name in packages)
    return tuple(str(Path(file).parent) + os.sep for file in files if file)


def await_chain(task: asyncio.Task[Any]) -> Iterator[Link]:
    """Yield what a task awaits, outermost first: coroutines, then a future."""
    awaited: Any = task.get_coro()
    while awaited is not None:
        kind = next((kind for kind in _KINDS if hasattr(awaited, kind[0])), None)
        if kind is None:
            yield None, "a future"
            return
        if frame := getattr(awaited, kind[0]):
            yield frame, awaited.__qualname__
        awaited = getattr(awaited, kind[1])


def task_position(task: asyncio.Task[Any]) -> str:
    """Say where a task waits: the reader's coroutines, outermost first."""
    own = (
        f"{name} ({place(frame)})"
        for frame, name in await_chain(task)
        if frame and not is_from(frame, *MACHINERY)
    )
    return " > ".join(own) or task.get_name()


def thread_position(thread: Thread) -> str:
    """Say which line of the reader's code a thread is executing."""
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return f"{thread.name}, which has ended"
    standard = _libraries()
    innermost = frame
    while frame.f_back and (
        is_from(frame, *MACHINERY) or frame.f_code.co_filename.startswith(standard)
    ):
        frame = frame.f_back
    found = frame if frame.f_back else innermost
    return f"{found.f_code.co_name} ({place(found)})"


def is_from(frame: FrameType | None, *packages: str) -> bool:
    """Tell whether a frame executes a module of one of the packages."""
    module = frame.f_globals.get("__name__", "") if frame else ""
    return any(module == name or module.startswith(f"{name}.") for name in packages)


def place(frame: FrameType, number: int | None = None) -> str:
    """Say where a frame is: in which cell, or in which file below `sys.path`.

    Its line is the one that it executes, unless there is a `number`.
    """
    filename = frame.f_code.co_filename
    line = f"line {number or frame.f_lineno}"
    if name := cell_name(filename):
        return f"{name}, {line}"
    entries = {entry or os.getcwd() for entry in sys.path}  # "" is where one is
    for entry in sorted(entries, key=len, reverse=True):
        if filename.startswith(entry + os.sep):
            return f"{filename[len(entry) + 1 :]}, {line}"
    return f"{filename}, {line}"
