"""The notebook cell that is being executed, and what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Cell:
    """A cell that is being executed.

    Attributes:
        key: the identity that the front end sends, so that an edited cell stays the
            same cell; of a front end that sends none, the cell's source.
        execution: this execution of the cell.
        label: how the front end names it, as in "In [3]".
    """

    key: str
    execution: str
    label: str


class CellRunner(Protocol):
    """What executes cells: an IPython kernel, or a page."""

    def running_cell(self) -> Cell | None:
        """Return the cell that is being executed, None outside of one."""

    def cell_name(self, filename: str) -> str | None:
        """Return what a reader calls the cell that was compiled as `filename`."""

    def output_context(self, after_cell: Callable[..., None]) -> Context:
        """Return a context in which output goes to the cell that runs at the time.

        `after_cell` is called when a cell has run, before its output is complete.
        """


_runner: CellRunner | None = None
"""What was registered last."""


def register_runner(runner: CellRunner) -> None:
    """Have all that is asked here answered by `runner` from now on."""
    global _runner
    _runner = runner


def running_cell() -> Cell | None:
    """Return the cell that is being executed, None in a script."""
    return _runner.running_cell() if _runner else None


def cell_name(filename: str) -> str | None:
    """Return what a reader calls the cell that was compiled as `filename`, if one was.

    That is "Cell In[3]"; None for a real file, and in a script.
    """
    return _runner.cell_name(filename) if _runner else None


def output_context(after_cell: Callable[..., None]) -> Context:
    """Return a context in which output goes to the cell that runs when it is written.

    `after_cell` is called when a cell has run, before its output is complete.
    """
    return _runner.output_context(after_cell) if _runner else Context()
