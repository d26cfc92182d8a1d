"""A framework's handler of the atlas, as a program of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from importlib.resources import files

MODULES = {
    "wslab": ("library",),
    "starlette": ("starlette",),
    "fastapi": ("starlette", "fastapi"),
}
"""The frameworks that a page has, and the modules with their handlers.

What a later module has goes before what an earlier one has.
"""

_PROGRAMS = {
    "wslab": "app = Application()\n\n\n{handler}",
    "starlette": """\

{handler}


app = Starlette(routes=[WebSocketRoute("{path}", {name})])""",
    "fastapi": 'app = FastAPI()\n\n\n@app.websocket("{path}")\n{handler}',
}
"""How a handler is served; one that has no path in its program is routed itself."""

_WITHOUT = {
    "wslab": "app = Application()",
    "starlette": "app = Starlette()",
    "fastapi": "app = FastAPI()",
}
"""Applications without any handler."""


def handler_source(framework: str, path: str) -> str:
    """Return an application with the handler of a path alone, with none if none is.

    Args:
        framework: The name of its column, one of `MODULES`.
        path: As the client asks for it.
    """
    texts = [
        files("wslab.atlas.frameworks").joinpath(f"{it}.py").read_text("utf-8")
        for it in MODULES[framework]
    ]
    routes = {route: it for text in texts for route, it in _routes(text)}
    if path in routes:
        name, source = routes[path]
        program = _PROGRAMS[framework]
        if "{path}" in program:
            source = source[source.index("async def ") :]
        body = program.format(handler=source, path=path, name=name)
    else:
        body = _WITHOUT[framework]
    used = {it.id for it in ast.walk(ast.parse(body)) if isinstance(it, ast.Name)}
    return f"{_imports(texts, used)}\n\n{body}"


def _routes(text: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each path with its handler's name and source."""
    sources: dict[str, str] = {}
    for node in ast.parse(text).body:
        match node:
            case ast.AsyncFunctionDef(name=name, decorator_list=decorators):
                first = min([node.lineno, *(it.lineno for it in decorators)])
                lines = text.splitlines()[first - 1 : node.end_lineno]
                sources[name] = "\n".join(lines)
                for decorator in decorators:
                    match decorator:
                        case ast.Call(args=[ast.Constant(str(path))]):
                            yield path, (name, sources[name])
            case ast.Assign(value=ast.Dict(keys=keys, values=values)):
                for key, value in zip(keys, values, strict=True):
                    match key, value:
                        case ast.Constant(str(path)), ast.Name(name):
                            yield path, (name, sources[name])


def _imports(texts: Iterable[str], used: set[str]) -> str:
    """Return the imports of names that are used."""
    modules = {
        alias.name: node.module
        for text in texts
        for node in ast.parse(text).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found: dict[str, list[str]] = {}
    for name in sorted(used & modules.keys()):
        found.setdefault(f"{modules[name]}", []).append(name)
    return "\n".join(
        f"from {module} import {', '.join(names)}"
        for module, names in sorted(found.items())
    )
