"""The code of a scenario's application, whole enough to be copied."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from wslab.atlas.scenario import Application


@cache
def source_of(app: Application) -> str:
    """Return the code of an application, without the decorator around it.

    Before it comes what it uses: imports, values and functions of its module, and what
    a factory has told it, as in "code = 1008".
    """
    code, used = _definition(app)
    told = inspect.getclosurevars(app).nonlocals
    values = [f"{name} = {value!r}" for name, value in told.items() if _plain(value)]
    parts = [*_needed(app, used), *(["\n".join(values)] if values else []), code]
    imports = [part for part in parts if part.startswith(("import ", "from "))]
    others = [part for part in parts if part not in imports]
    return "\n\n".join([*(["\n".join(imports)] if imports else []), *others])


def _definition(function: Callable[..., Any]) -> tuple[str, set[str]]:
    """Return a definition without its decorators, and the names that it uses."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    (node,) = ast.parse("\n".join(lines)).body
    assert isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef | ast.ClassDef)
    names = [it for part in node.body for it in ast.walk(part)]
    used = {it.id for it in names if isinstance(it, ast.Name)}
    return "\n".join(lines[node.lineno - 1 :]), used


def _needed(app: Application, used: set[str]) -> Iterator[str]:
    """Yield how each global name that is used comes to be there."""
    assert isinstance(app, FunctionType)
    for name in sorted(used & app.__globals__.keys()):
        value = app.__globals__[name]
        if isinstance(value, ModuleType):
            yield f"import {name}"
        elif isinstance(value, type | FunctionType):
            if value.__module__ == app.__module__:
                yield _definition(value)[0]
            else:
                yield f"from {value.__module__} import {name}"
        elif _plain(value) and not name.startswith("__"):
            yield f"{name} = {value!r}"


def _plain(value: object) -> bool:
    """Return whether a value can be written as a literal."""
    try:
        ast.literal_eval(repr(value))
    except (ValueError, SyntaxError):
        return False
    return True
