"""Why a connection ended, in the lines that every view shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from wslab.trace.explain import explain
from wslab.trace.model import Connection


def why(connection: Connection) -> list[str]:
    """Return lines: the cause, what other servers do, the section of the book.

    Of a connection that is not over the only line says what of it still goes on.
    """
    if connection.is_open:
        return ["Still open."]
    if connection.calls:
        return ["The handler is still running."]
    return list(_explained(connection))


def _explained(connection: Connection) -> Iterator[str]:
    explanation = explain(connection)
    if explanation is None:
        return
    yield f"Why: {explanation.text}"
    if explanation.scenario is not None and (others := elsewhere(explanation.scenario)):
        yield f"Elsewhere: {others}"
    if explanation.section is not None:
        yield f"Shown in: chapters/{explanation.section}"


@cache
def elsewhere(scenario: str) -> str | None:
    """Return what clients of other servers see, in one line.

    That is, measured over HTTP/1.1, where it differs from what uvicorn's default does.
    None where the atlas does not have the scenario on uvicorn and another.
    """
    from wslab.atlas import measured  # reads a table of 400 scenarios: 0.3 s

    try:
        cells = measured(scenario).cells
    except LookupError:
        return None
    seen: dict[str, list[str]] = {}
    for name, cell in cells.items():
        if cell.usual is not None and not name.endswith("-http2"):
            seen.setdefault(_gist(cell.usual.client), []).append(name)
    ours = next((gist for gist, names in seen.items() if "uvicorn" in names), None)
    if ours is None or sum(map(len, seen.values())) < 2:
        return None
    differing = [
        f"{gist} ({', '.join(names)})" for gist, names in seen.items() if gist != ours
    ]
    return "; ".join(differing) or "the same on every server that was measured"


def _gist(client: Sequence[str]) -> str:
    """Return what ended it, of all that a client saw: a close, a refusal, the rest."""
    for line in client:
        if line.startswith("close "):
            return line.partition(" '")[0]
    refused = [line for line in client if line.startswith("HTTP ") if line[5] != "1"]
    return refused[-1] if refused else client[-1] if client else "nothing"
