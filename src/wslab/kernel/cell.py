"""The notebook cell that is being executed, and what belongs to it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Any

_header: dict[str, Any] = {}
"""The header of the latest request to execute a cell, kept up to date in place."""


@dataclass(frozen=True)
class Cell:
    """A cell that is being executed.

    Attributes:
        key: the identity that JupyterLab sends, so that an edited cell stays the same
            cell; of a front end that sends none, the cell's source.
        execution: this execution of the cell.
        label: how the front end names it, as in "In [3]".
    """

    key: str
    execution: str
    label: str


def kernel_shell() -> Any | None:
    """Return the shell of the IPython kernel that this is, None in a script."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "get_parent") else None


def running_cell() -> Cell | None:
    """Return the cell that is being executed, None in a script."""
    shell = kernel_shell()
    request = shell.get_parent() if shell else None
    if not request or request["header"]["msg_type"] != "execute_request":
        return None
    assert shell is not None
    key = request["metadata"].get("cellId") or request["content"]["code"]
    return Cell(key, request["header"]["msg_id"], f"In [{shell.execution_count}]")


def cell_name(filename: str) -> str | None:
    """Return what IPython calls the cell that was compiled as `filename`, if one was.

    That is "Cell In[3]"; None for a real file, and without IPython.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    name = shell.compile.format_code_name(filename) if shell else None
    return " ".join(name) if name else None


def output_context(after_cell: Callable[..., None]) -> Context:
    """Return a context in which output goes to the cell that runs when it is written.

    A kernel's streams take the header of the cell from a context variable. A thread
    that runs in this context sees one mapping there, which every cell fills in
    anew. `after_cell` is called when a cell has run, before its output is sent.
    """
    context = Context()
    shell = kernel_shell()
    if shell is not None:
        shell.events.register("pre_run_cell", _follow)
        shell.events.register("post_run_cell", after_cell)
        _follow()
        for output in (sys.stdout, sys.stderr, shell.display_pub):
            if hasattr(output, "set_thread_parent"):
                context.run(output.set_thread_parent, {"header": _header})
    return context


def _follow(*_: object) -> None:
    shell = kernel_shell()
    if shell is not None:
        _header.update(shell.get_parent().get("header", {}))
