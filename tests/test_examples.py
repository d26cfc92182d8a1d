"""The examples of the reference pages and of the public docstrings run.

A page's examples go on from one another, as cells do; a docstring's stands alone. Each
application is served by uvicorn, and a client connects to each of its routes.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from textwrap import dedent
from types import CodeType
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

import wslab
import wslab.atlas
import wslab.lab
import wslab.testing
import wslab.trace.model
from wslab.lab.servers import Servers

SITE_SRC = Path(__file__).parents[1] / "site_src"
MODULES = (wslab, wslab.atlas, wslab.testing, wslab.lab, wslab.trace.model)
FENCED = re.compile(r"^( *)```python\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
ROUTE = re.compile(r'@(\w+)\.(?:websocket_route|on_ws_request)\(\s*"([^"]*)"')
INCLUDED = re.compile(r'app\.include_router\((\w+), prefix="([^"]*)"')


def in_pages() -> Iterator[Any]:
    """The examples of each page, in order."""
    for path in (*SITE_SRC.glob("reference/*.md"), SITE_SRC / "install.md"):
        found = fenced(path.read_text(encoding="utf-8"))
        asked = {"chromium": "browser(", "nginx": "nginx("}
        needed = (p for p, call in asked.items() if any(call in it for it in found))
        marks = [pytest.mark.needs(program) for program in needed]
        yield pytest.param(found, id=path.stem, marks=marks)


def in_docstrings() -> Iterator[Any]:
    """The examples of each public function and class, and of its methods."""
    documented: dict[str, str] = {}
    for module in MODULES:
        for name in getattr(module, "__all__", vars(module)):
            thing = getattr(module, name)
            members = inspect.getmembers(thing) if inspect.isclass(thing) else []
            for it in (thing, *(it for name, it in members if name[0] != "_")):
                if str(getattr(it, "__module__", "")).startswith("wslab"):
                    name = f"{it.__module__}.{getattr(it, '__qualname__', name)}"
                    documented[name] = inspect.getdoc(it) or ""
    for name, text in documented.items():
        if found := fenced(text):
            yield pytest.param(found, id=name.removeprefix("wslab."))


def fenced(text: str) -> list[str]:
    """The Python in a text's fences."""
    return [dedent(source) for _, source in FENCED.findall(text)]


async def run(code: CodeType, names: dict[str, Any]) -> None:
    """Run code that may await at its top level, and the tests that it defines."""
    result = eval(code, names)
    if code.co_flags & inspect.CO_COROUTINE:
        await result
    for name in [it for it in names if it.startswith("test_")]:
        test = names.pop(name)
        if inspect.iscoroutinefunction(test):
            await test()
        else:
            with closing(Servers()) as servers:
                test(traced=servers.start)


async def visit(app: Any, source: str) -> None:
    """Serve an application, and connect to each route that an example declares."""
    prefixes = dict(INCLUDED.findall(source))
    async with wslab.lab.serve(app) as server:
        for owner, pattern in ROUTE.findall(source):
            path = re.sub(r"\{.*?\}", "1", prefixes.get(owner, "") + pattern)
            # By the name that an example with `hosts` allows.
            address = server.url(path).replace("127.0.0.1", "localhost")
            try:
                async with connect(address, host="127.0.0.1", proxy=None) as client:
                    status = client.response.status_code
                    with suppress(ConnectionClosed):  # the handler may have ended it
                        await client.send("1")
            except InvalidStatus as refused:
                status = refused.response.status_code
            assert status == 101 or f"reject({status}" in source, path
    connections = server.trace.connections
    assert len(connections) == len(ROUTE.findall(source))
    for it in connections:
        assert it.application[-1].type == "returned", it


@pytest.mark.parametrize("examples", [*in_pages(), *in_docstrings()])
async def test_each_example(
    examples: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WSLAB_RECORD", "1")  # for what an example does in a browser
    names: dict[str, Any] = {"__name__": "example"}
    async with AsyncExitStack() as stack:
        for number, source in enumerate(examples, 1):
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            await run(compile(source, f"example {number}", "exec", flags), names)
            if re.search(r"\bapp\b", source):
                await visit(names["app"], source)
            server = names.get("server")
            if isinstance(server, wslab.lab.Server):
                stack.push_async_callback(server.stop)
