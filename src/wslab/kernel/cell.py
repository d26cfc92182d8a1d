"""The notebook cell that is being executed, and what belongs to it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import Context
from typing import Any

_header: dict[str, Any] = {}
"""The header of the latest request to execute a cell, kept up to date in place."""


def kernel_shell() -> Any | None:
    """The shell of the IPython kernel that this is, None in a script."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "get_parent") else None


def running_cell() -> tuple[str, str] | None:
    """The cell being executed and this execution of it, None in a script.

    A cell is known by the identity that JupyterLab sends, so that it stays the
    same cell when it is edited; front ends that send none leave its source.
    """
    shell = kernel_shell()
    request = shell.get_parent() if shell else None
    if not request or request["header"]["msg_type"] != "execute_request":
        return None
    cell = request["metadata"].get("cellId") or request["content"]["code"]
    return cell, request["header"]["msg_id"]


def output_context(after_cell: Callable[..., None]) -> Context:
    """A context in which output goes to the cell being executed when it is written.

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
