"""Which scenarios open in the playground, and as what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import asdict

from wslab.atlas.acts import As, Await, Connect, Leave, Outlast, Signal, Terminate
from wslab.atlas.scenario import Scenario
from wslab.site.atlas.client import client_source
from wslab.site.atlas.source import source_of
from wslab.site.playground import FOLDER, Project

IMPLEMENTATIONS = {
    "uvicorn": "websockets-sansio",
    "uvicorn-wsproto": "wsproto",
    "uvicorn-websockets": "websockets",
}
"""The columns of the servers that the playground has, and its names for them."""

OPTIONS = {"ping_interval": "ws_ping_interval", "max_size": "ws_max_size"}
"""The options of a scenario that the playground has, and its names for them."""

PARSERS = "a page's uvicorn reads HTTP with h11, the measured one with httptools"

CANNOT = {
    "header-bare-lf": PARSERS,
    "header-folded": PARSERS,
    "host-missing": PARSERS,
    "host-twice": PARSERS,
}
"""Scenarios that show something else in the playground, and why."""


_APP = """
async def app(scope, receive, send):
    assert scope["type"] != "lifespan"  # uvicorn goes on without
"""

_SHOWN = """\
    known = {{**scope["asgi"], **scope}}
    for key in [{}]:
        print(key, known.get(key, "(absent)"))
"""


def reason(scenario: Scenario) -> str:
    """Return why a scenario does not open, "" if it does."""
    acts = scenario.client
    if scenario.group == "framework":
        return "it is asked of frameworks"
    told = {name for name, value in asdict(scenario.options).items() if value}
    if any(isinstance(act, Terminate | Outlast) for act in acts):
        return "it needs a process"
    if unknown := told - OPTIONS.keys():
        return f"the playground has no option {', '.join(sorted(unknown))}"
    if any(isinstance(act, Await | Signal) for act in acts):
        return "its client waits for what the application does, or the other way round"
    connects = [act for act in acts if isinstance(act, Connect)]
    if len(connects) > 1 or any(isinstance(act, As) for act in acts):
        return "it has several clients"
    if not connects or not connects[0].reads or Leave() in acts[:-1]:
        return "its client does not read"
    return CANNOT.get(scenario.name, "")


def opened(scenario: Scenario, column: str = "uvicorn") -> Project | None:
    """Return what opens for a scenario on a server, None if nothing does."""
    if column not in IMPLEMENTATIONS or reason(scenario):
        return None
    options: dict[str, str | float] = {
        OPTIONS[name]: value
        for name, value in asdict(scenario.options).items()
        if value is not None
    }
    if column != "uvicorn":
        options["ws"] = IMPLEMENTATIONS[column]
    name = scenario.name.replace("-", "_")
    client = client_source(scenario.client)
    return Project(name, _application(scenario), client, options)


def link(project: Project) -> str:
    """Return a link in HTML, relative to the address of a scenario's page."""
    address = f"../../{FOLDER}/{project.fragment}"
    return f'<a href="{address}">Open in the playground</a>'


def _application(scenario: Scenario) -> str:
    """Return a file that `uvicorn file:app` runs, which tells what is asked for."""
    code = _without_annotations(source_of(scenario.app))
    name = scenario.app.__name__
    if name == "app":
        name = "handler"
        code = code.replace("async def app(", f"async def {name}(")
    notes = any(
        isinstance(it, ast.Return) and it.value for it in ast.walk(ast.parse(code))
    )
    call = f"await {name}(scope, receive, send)"
    shown = (
        _SHOWN.format(", ".join(map(repr, scenario.scope))) if scenario.scope else ""
    )
    call = f"print({call})" if notes else call
    return f'"""{scenario.asks}"""\n\n{code}\n\n{_APP}{shown}    {call}\n'


def _without_annotations(source: str) -> str:
    """Return code without the annotations of its functions, which nothing defines."""
    lines = [line.encode() for line in source.splitlines()]
    spans = sorted(_annotations(ast.parse(source)), reverse=True)
    for row, begin, last, end in spans:
        before = lines[row - 1][:begin].rstrip(b" ->").rstrip(b":")
        lines[row - 1 : last] = [before + lines[last - 1][end:]]
    return "\n".join(line.decode() for line in lines)


def _annotations(tree: ast.AST) -> Iterator[tuple[int, int, int, int]]:
    """Yield where annotations begin and end: rows from 1, bytes from 0."""
    for node in ast.walk(tree):
        found = None
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = node.returns
        elif isinstance(node, ast.arg):
            found = node.annotation
        if found is not None:
            assert found.end_lineno
            assert found.end_col_offset
            yield found.lineno, found.col_offset, found.end_lineno, found.end_col_offset
