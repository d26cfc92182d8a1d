"""Cells as a kernel runs them, without IPython."""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import sys
import types
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextvars import Context, ContextVar
from dataclasses import dataclass
from types import CodeType, TracebackType
from typing import Any, Literal

from wslab.kernel.cell import Cell, register_runner
from wslab.kernel.stacks import described, readable_traceback
from wslab.live.page import display
from wslab.live.page.magics import NAME, Magics, without_magics
from wslab.live.page.stream import Stream

Status = Literal["ok", "error", "cancelled"]


@dataclass(frozen=True)
class Execution:
    """One execution of a cell.

    Attributes:
        run: tells it from others of the same cell.
        cell: the cell's identity.
        number: counts executions, as in "In [3]".
    """

    run: str
    cell: str
    number: int


EXECUTION: ContextVar[Execution | None] = ContextVar("EXECUTION", default=None)
"""What the running code was started by; None in a server, which belongs to no cell."""


class Cells:
    """One namespace, in which cells run as in a kernel; a `CellRunner`.

    Args:
        emit: gets each output in nbformat's shape, with the execution it belongs to.
    """

    def __init__(self, emit: Callable[[Execution, dict[str, Any]], None]) -> None:
        self._emit = emit
        self._latest: Execution | None = None
        self._names: dict[str, str] = {}
        self._after: list[Callable[..., None]] = []
        self._count = 0
        self._module = types.ModuleType("__main__")
        self._magics = Magics()

    def install(self) -> None:
        """Make this what runs cells: streams, displays, names in tracebacks."""
        sys.modules["__main__"] = self._module
        self._streams = [self._stream("stdout"), self._stream("stderr")]
        sys.stdout, sys.stderr = self._streams
        show = display.install(lambda value: self._show(value, "display_data"))
        vars(self._module).update({"display": show, NAME: self._magics})
        formatted = warnings.formatwarning

        def formatwarning(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            line: str | None = None,
        ) -> str:
            if filename in self._names:
                line = line or linecache.getline(filename, lineno)
                filename = "cell"
            return formatted(message, category, filename, lineno, line)

        warnings.formatwarning = formatwarning
        register_runner(self)

    def running_cell(self) -> Cell | None:
        """Return the cell that the running code was started by."""
        found = EXECUTION.get()
        if found is None:
            return None
        return Cell(found.cell, found.run, f"In [{found.number}]")

    def cell_name(self, filename: str) -> str | None:
        """Return what tracebacks name a cell, as "Cell In[3]"."""
        return self._names.get(filename)

    def output_context(self, after_cell: Callable[..., None]) -> Context:
        """Return a context of no cell's own."""
        if after_cell not in self._after:
            self._after.append(after_cell)
        return Context()

    async def run(
        self,
        run: str,
        cell: str,
        source: str,
        *,
        called: str = "",
        module: str = "__main__",
    ) -> Status:
        """Run a cell's source and emit its outputs; return how it ended.

        Args:
            run: tells it from others of the same cell.
            cell: the cell's identity.
            source: what is run.
            called: what tracebacks name it, "" for the name that a kernel gives.
            module: the `__name__` that the source sees.
        """
        filename = f"<cell {self._count + 1}>"
        self._names[filename] = called or f"Cell In[{self._count + 1}]"
        sys.modules[module] = self._module
        vars(self._module)["__name__"] = module
        act = self._execute(source, filename)
        return await self.perform(run, cell, act, filename)

    async def perform(
        self, run: str, cell: str, act: Coroutine[Any, Any, None], filename: str = ""
    ) -> Status:
        """Await a coroutine as if a cell did: what it writes and raises is the cell's.

        Args:
            run: tells it from others of the same cell.
            cell: the cell's identity.
            act: what is awaited.
            filename: where a traceback begins; "" for the coroutine itself.
        """
        self._count += 1
        self._latest = execution = Execution(run, cell, self._count)
        EXECUTION.set(execution)
        status = await self._performed(act, filename, execution)
        for hook in self._after:
            hook()
        self._flush()
        return status

    @property
    def count(self) -> int:
        """As many executions have begun."""
        return self._count

    def value(self, name: str) -> Any:
        """Return what cells have given a name to, None if none has."""
        return vars(self._module).get(name)

    def clear(self) -> None:
        """Forget what cells have given names to."""
        names = vars(self._module)
        for name in [it for it in names if it != "display" and not it.startswith("__")]:
            del names[name]

    async def _performed(
        self, act: Coroutine[Any, Any, None], filename: str, execution: Execution
    ) -> Status:
        try:
            await act
        except asyncio.CancelledError as error:
            self._fail(error, filename, execution)
            task = asyncio.current_task()
            stopped = task is not None and task.cancelling()
            return "cancelled" if stopped else "error"
        except BaseException as error:
            self._fail(error, filename, execution)
            return "error"
        return "ok"

    async def _execute(self, source: str, filename: str) -> None:
        lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)
        body = ast.parse(without_magics(source), filename).body
        for statement in body:
            if statement is body[-1] and isinstance(statement, ast.Expr):
                last = ast.Expression(statement.value)
                value = await self._evaluate(last, filename, "eval")
                if value is not None and not source.rstrip().endswith(";"):
                    vars(self._module)["_"] = value
                    self._show(value, "execute_result")
            else:
                await self._evaluate(ast.Module([statement], []), filename, "exec")

    async def _evaluate(
        self, tree: ast.Module | ast.Expression, filename: str, mode: str
    ) -> Any:
        allowed = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code: CodeType = compile(tree, filename, mode, allowed, dont_inherit=True)
        found = eval(code, vars(self._module))
        return await found if code.co_flags & inspect.CO_COROUTINE else found

    def _show(self, value: object, kind: str) -> None:
        to = self._writing()
        if to is None:
            return
        self._flush()
        data, metadata = display.bundle(value)
        output: dict[str, Any] = {"output_type": kind}
        output |= {"data": data, "metadata": metadata}
        if kind == "execute_result":
            output["execution_count"] = to.number
        self._emit(to, output)

    def _fail(self, error: BaseException, filename: str, execution: Execution) -> None:
        self._flush()
        described_as = described(error)
        name, _, value = described_as.partition(": ")
        if self._magics.is_minimal:
            text = described_as
        else:
            own = (it for it in _tracebacks(error) if _file(it) == filename)
            text = readable_traceback(error.with_traceback(next(own, None)))
        lines = _portable(text).splitlines()
        output = {"ename": name, "evalue": value, "traceback": lines}
        self._emit(execution, {"output_type": "error", **output})

    def _writing(self) -> Execution | None:
        return EXECUTION.get() or self._latest

    def _stream(self, name: str) -> Stream[Execution]:
        def emit(to: Execution, text: str) -> None:
            output = {"output_type": "stream", "name": name, "text": _portable(text)}
            self._emit(to, output)

        return Stream(getattr(sys, name), self._writing, emit)

    def _flush(self) -> None:
        for stream in self._streams:
            stream.flush()


def _tracebacks(error: BaseException) -> Iterator[TracebackType]:
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _file(traceback: TracebackType) -> str:
    return traceback.tb_frame.f_code.co_filename


def _portable(text: str) -> str:
    """Return a text that names modules' files as the published pages do."""
    for entry in sorted(sys.path, key=len, reverse=True):
        if len(entry) > 1:
            text = text.replace(f"{entry}/", "")
    return text
