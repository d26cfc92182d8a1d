"""Clients in Python, as the playground runs them."""

from __future__ import annotations

import ast
import inspect
from typing import Any

VISITS = """import websockets

for number in range({number}):
    async with websockets.connect("ws://127.0.0.1:8000/"):
        pass
"""
"""Connections, one after the other; `number` is how many."""


async def run(source: str, names: dict[str, Any] | None = None) -> None:
    """Run a client as a cell runs, in names of its own or in an application's."""
    code = compile(source, "client", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(code, {"__name__": "client"} if names is None else names)
    if inspect.iscoroutine(result):
        await result
