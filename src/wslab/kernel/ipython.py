"""The cells of an IPython kernel."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import Context
from typing import Any

from wslab.kernel.cell import Cell, register_runner


def kernel_shell() -> Any | None:
    """Return the shell of the IPython kernel that this is, None in a script."""
    shell = _shell()
    return shell if hasattr(shell, "get_parent") else None


class IPythonRunner:
    """IPython, in a process that has imported it; else there are no cells."""

    def __init__(self) -> None:
        self._header: dict[
            str, Any
        ] = {}  # of the latest cell, kept up to date in place

    def running_cell(self) -> Cell | None:
        """Return the cell of the request that the kernel is executing."""
        shell = kernel_shell()
        request = shell.get_parent() if shell else None
        if not request or request["header"]["msg_type"] != "execute_request":
            return None
        assert shell is not None
        key = request["metadata"].get("cellId") or request["content"]["code"]
        return Cell(key, request["header"]["msg_id"], f"In [{shell.execution_count}]")

    def cell_name(self, filename: str) -> str | None:
        """Return what IPython calls a cell, as "Cell In[3]"."""
        shell = _shell()
        name = shell.compile.format_code_name(filename) if shell else None
        return " ".join(name) if name else None

    def output_context(self, after_cell: Callable[..., None]) -> Context:
        """Return a context for a thread whose output belongs to no cell of its own.

        A kernel's streams take the header of the cell from a context variable. A thread
        that runs in this context sees one mapping there, which every cell fills in
        anew.
        """
        context = Context()
        shell = kernel_shell()
        if shell is not None:
            shell.events.register("pre_run_cell", self._follow)
            shell.events.register("post_run_cell", after_cell)
            self._follow()
            for output in (sys.stdout, sys.stderr, shell.display_pub):
                if hasattr(output, "set_thread_parent"):
                    context.run(output.set_thread_parent, {"header": self._header})
        return context

    def _follow(self, *_: object) -> None:
        shell = kernel_shell()
        if shell is not None:
            self._header.update(shell.get_parent().get("header", {}))


def _shell() -> Any | None:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


register_runner(IPythonRunner())
