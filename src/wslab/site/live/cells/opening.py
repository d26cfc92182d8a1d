"""Which applications of a chapter open in the playground, and with which clients."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from wslab.live.names import Names, names_of
from wslab.live.needs import needs
from wslab.site.live.cells.exceptions import Exceptions
from wslab.site.notebooks import code_cells, read_notebook
from wslab.site.playground import PORT, Project

OPTIONS = (
    *("ws", "ws_max_size", "ws_ping_interval", "ws_ping_timeout", "limit_concurrency"),
    "lifespan",
)
"""The options of `serve` that the playground has."""

QUIET = ("log_level",)
"""Those that change nothing of what a client sees."""

LAB = "wslab.lab"
"""What a chapter has, and a program of one's own has not."""

ADDRESSES = {
    "port": f"""
    port = {PORT}
""",
    "url": f"""
    def url(path="/"):
        return f"ws://127.0.0.1:{PORT}{{path}}"
""",
    "http_url": f"""
    def http_url(path="/"):
        return f"http://127.0.0.1:{PORT}{{path}}"
""",
}
"""What a client may ask a server for, as it stands in a client of its own."""

TELLS = {"trace", "errors", "log", "settle", "stop"}
"""What only the lab's server has."""

_SCHEMES = {"url": "ws", "http_url": "http"}


@dataclass(frozen=True)
class _Statement:
    """A statement of a cell; `told` are the names and modules that it has in it."""

    cell: str
    node: ast.stmt
    source: str

    @property
    def told(self) -> set[str]:
        nodes = list(ast.walk(ast.parse(self.source)))
        names = {it.id for it in nodes if isinstance(it, ast.Name)}
        modules = {it.module or "" for it in nodes if isinstance(it, ast.ImportFrom)}
        return names | modules

    @property
    def asks(self) -> set[str]:
        """The attributes that it uses, whatever of."""
        nodes = ast.walk(ast.parse(self.source))
        return {it.attr for it in nodes if isinstance(it, ast.Attribute)}

    @property
    def names(self) -> Names:
        return names_of(self.source) or Names()

    @property
    def is_kept_apart(self) -> bool:
        """Whether two programs cannot both have it: it may keep what one does."""
        match self.node:
            case ast.Import() | ast.ImportFrom():
                return False
            case ast.Assign([ast.Name(name)]):
                return not name.isupper()  # a constant, by its name
        return True


def openings(chapter: Path, exceptions: Exceptions) -> dict[str, Project]:
    """Return what opens for cells of a notebook, by their ids."""
    name = chapter.stem.partition("-")[2].replace("-", "_")
    cells = {str(it.id): it.source for _, it in code_cells(read_notebook(chapter))}
    found = opened(name, cells, exceptions.cannot.get(chapter.stem, {}).keys())
    shut = exceptions.shut.get(chapter.stem, {})
    return {cell: project for cell, project in found.items() if cell not in shut}


def opened(name: str, cells: Mapping[str, str], cannot: Set[str]) -> dict[str, Project]:
    """Return what opens for cells of a chapter, by their ids.

    An application opens where it is served with options that the playground has, and
    something that is then said to it is a program of its own: of the body of the
    `async with`, or else of the first later cell, the statements that know nothing of
    the server but its addresses, with what they need. Neither has to do with a cell
    that can't run in a page.

    Args:
        name: the project's, as of a module.
        cells: the sources of all code cells in their order.
        cannot: the ids of those that can't run in a page.
    """
    statements = [
        it
        for cell, source in cells.items()
        if cell not in cannot
        for it in _statements(cell, source)
    ]
    found: dict[str, Project] = {}
    for at, statement in enumerate(statements):
        match statement.node:
            case ast.Assign([ast.Name(server)], ast.Await(ast.Call() as call)):
                after = statements[at + 1 :]
            case ast.AsyncWith([ast.withitem(ast.Call() as call, ast.Name(server))]):
                after = list(_body(statement))
            case _:
                continue
        options = _options(call, statements[:at])
        match call:
            case ast.Call(ast.Name("serve"), [served]) if options is not None:
                bound = _bound(statement.cell, served)
                same = _while_same(after, server, bound)
                chapter = _Chapter([*statements[:at], bound, *same], at, server)
                if parts := chapter.parts():
                    found.setdefault(chapter.cell, Project(name, *parts, options))
    return found


def _bound(cell: str, served: ast.expr) -> _Statement:
    """Return the statement that gives what is served its name in the playground."""
    source = f"app = {ast.unparse(served)}"
    return _Statement(cell, ast.parse(source).body[0], source)


def _statements(cell: str, source: str) -> Iterator[_Statement]:
    try:
        nodes = ast.parse(source).body
    except SyntaxError:  # IPython's magic
        return
    yield from _segments(cell, nodes, source)


def _segments(
    cell: str, nodes: Iterable[ast.stmt], source: str
) -> Iterator[_Statement]:
    lines = source.splitlines()
    for node in nodes:
        decorators = getattr(node, "decorator_list", [])
        first = min(it.lineno for it in (node, *decorators))
        text = textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno]))
        yield _Statement(cell, node, text)


def _body(statement: _Statement) -> Iterator[_Statement]:
    """Yield the statements in the body of one."""
    (node,) = ast.parse(statement.source).body
    assert isinstance(node, ast.AsyncWith)
    yield from _segments(statement.cell, node.body, statement.source)


def _while_same(
    statements: Iterable[_Statement], server: str, bound: _Statement
) -> list[_Statement]:
    """Return the statements up to one that binds the server's name, or adds a route."""
    found = []
    served = bound.names.loads
    for statement in statements:
        if server in statement.names.binds or statement.names.touches & served:
            break
        found.append(statement)
    return found


def _options(
    call: ast.Call, before: Sequence[_Statement]
) -> dict[str, str | float] | None:
    """Return the playground's options of a call; None where it has others."""
    found: dict[str, str | float] = {}
    for keyword in call.keywords:
        try:
            value = ast.literal_eval(_last_bound(keyword.value, before))
        except ValueError:
            return None
        for name, one in ({keyword.arg: value} if keyword.arg else value).items():
            if name in OPTIONS and one is not None:
                found[name] = one
            elif name not in QUIET:
                return None
    return found


def _last_bound(node: ast.expr, before: Sequence[_Statement]) -> ast.expr:
    """Return what a name was last bound to."""
    for statement in reversed(before):
        match node, statement.node:
            case ast.Name(name), ast.Assign([ast.Name(bound)], value) if name == bound:
                return value
    return node


class _Chapter:
    """A chapter's statements, with `app = ...` in the place of the one that serves it.

    Args:
        statements: those, up to where the server's name is another's.
        at: the number of the one that binds `app`.
        server: the server's name.
    """

    def __init__(self, statements: Sequence[_Statement], at: int, server: str) -> None:
        self._at = at
        self._statements = [
            replace(it, source=_addressed(it.source, server)) for it in statements
        ]
        self._needs = needs([it.source for it in self._statements])
        self._application = self._needs[at]
        self._server = server
        foreign = {"serve", LAB}
        self._foreign = {
            number
            for number, it in enumerate(self._statements)
            if it.told & foreign
            or it.asks & TELLS
            or (number in {*self._application, at} and it.is_kept_apart)
        }

    @property
    def cell(self) -> str:
        """The cell that has the last part of the application."""
        return self._statements[max(self._application, default=self._at)].cell

    def parts(self) -> tuple[str, str] | None:
        """Return the application and its client; None where one is no program."""
        numbers = {*self._application}
        if self._statements[self._at].source != "app = app":
            numbers.add(self._at)
        application = self._joined(numbers)
        client = next(filter(None, map(self._client, self._later())), None)
        return (application, client) if client and _compiles(application) else None

    def _later(self) -> Iterator[list[int]]:
        """Yield the numbers of what is said to the server, cell by cell."""
        numbers = range(self._at + 1, len(self._statements))
        for cell in dict.fromkeys(self._statements[it].cell for it in numbers):
            yield [it for it in numbers if self._statements[it].cell == cell]

    def _client(self, said: Sequence[int]) -> str | None:
        """Return a program of what is said; None where nothing is one of its own."""
        own = [it for it in said if not {it, *self._needs[it]} & self._foreign]
        awaits = not _compiles(self._joined(own))
        source = self._joined(
            {it for number in own for it in (number, *self._needs[number])}
        )
        source = _with_addresses(source, self._server)
        connects = f"//127.0.0.1:{PORT}" in source
        runs = _compiles(source, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        return source if awaits and connects and runs else None

    def _joined(self, numbers: Iterable[int]) -> str:
        """Return statements as a file, those of more than a line with space around."""
        text = ""
        for number in sorted(numbers):
            source = self._statements[number].source
            text += f"\n{source}\n\n" if "\n" in source else f"{source}\n"
        return re.sub("\n{3,}", "\n\n", text).strip() + "\n"


def _addressed(source: str, server: str) -> str:
    """Return a source with addresses where it asks a server for them."""

    def address(found: re.Match[str]) -> str:
        path = found["path"] or "/"
        return f'{found["f"]}"{_SCHEMES[found["what"]]}://127.0.0.1:{PORT}{path}"'

    called = rf'\b{server}\.(?P<what>url|http_url)\((?P<f>f?)(?:"(?P<path>[^"]*)")?\)'
    told = re.sub(rf"\b{server}\.port\b", f"{PORT}", re.sub(called, address, source))
    # Within an f-string an address is none before Python 3.12.
    return told if _compiles(told, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT) else source


def _with_addresses(source: str, server: str) -> str:
    """Return a client that has what it asks a server for in a class of that name."""
    names = names_of(source) or Names()
    if server not in names.loads | names.later:
        return source
    parts = [text for name, text in ADDRESSES.items() if f".{name}" in source]
    body = "".join(parts or [ADDRESSES["url"]])
    return f"class {server}:  # its addresses{body}\n\n{source}"


def _compiles(source: str, flags: int = 0) -> bool:
    try:
        compile(source, "opened", "exec", flags)
    except SyntaxError:
        return False
    return True
