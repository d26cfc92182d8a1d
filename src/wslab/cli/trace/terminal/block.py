"""A connection that has ended: who, how, the ladder, and why."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from wslab.cli.trace.tally import Flow, Tally
from wslab.cli.trace.terminal.units import duration, size
from wslab.cli.trace.why import why
from wslab.trace.explain import explain
from wslab.trace.ladder.label import printable
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.text import Line, Style, ladder_lines
from wslab.trace.model import Connection

STYLES: dict[Style, str] = {
    "plain": "",
    "title": "bold",
    "header": "dim",
    "lane": "dim",
    "note": "italic",
    "failed": "bold red",
    "client": "cyan",
    "server": "yellow",
}
"""Colours of a terminal, which its theme decides; arrows and words say the same."""


def block(
    connection: Connection, tally: Tally, columns: int, with_ladder: bool = True
) -> Iterator[Text]:
    """Yield the lines that tell of a connection.

    Args:
        connection: All that is kept of it.
        tally: What passed.
        columns: The width of the terminal.
        with_ladder: Whether its ladder is shown.
    """
    explanation = explain(connection) if connection.is_over else None
    failed = explanation is not None and explanation.failed
    yield Text()
    yield Text(title(connection, tally), "bold red" if failed else "bold")
    if with_ladder:
        yield from ladder(connection, columns)
    for line in why(connection):
        yield Text(printable(line), "red" if failed else "")


def title(connection: Connection, tally: Tally) -> str:
    """Return one line: number, path, code, who closed, duration, and what passed."""
    parts = [
        f"{connection.number}  {printable(connection.path)}",
        _end(connection),
        duration(connection.times[-1]) if connection.times else "",
        f"\N{RIGHTWARDS ARROW} {_flow(tally.client, tally.is_whole)}",
        f"\N{LEFTWARDS ARROW} {_flow(tally.server, tally.is_whole)}",
    ]
    return "  ".join(filter(None, parts))


def ladder(connection: Connection, columns: int) -> list[Text]:
    """Return the lines of a connection's ladder."""
    drawn = ladder_of((connection,), explained=False)
    return [styled(line) for line in ladder_lines(drawn, columns)]


def styled(line: Line) -> Text:
    """Return a line in colours."""
    return Text.assemble(*((part.text, STYLES[part.style]) for part in line))


def _end(connection: Connection) -> str:
    """Return the code or status, and who ended it."""
    handshake = connection.handshake
    code = connection.close_code
    if code is None and handshake.response is not None and not handshake.is_accepted:
        return str(handshake.response.status)
    by = f"by the {connection.closed_by}" if connection.closed_by else ""
    return " ".join(filter(None, [str(code or ""), by]))


def _flow(flow: Flow, is_whole: bool) -> str:
    unit = "message" if flow.messages == 1 else "messages"
    least = "" if is_whole else "at least "
    return f"{flow.messages} {unit}, {least}{size(flow.bytes)}"
