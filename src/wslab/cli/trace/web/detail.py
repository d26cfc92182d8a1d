"""All that is kept of one connection: its ladder, its events, and why it ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wslab.cli.trace.web.kept import Kept
from wslab.cli.trace.web.summary import summary
from wslab.cli.trace.why import why
from wslab.trace.explain import Explanation, explain
from wslab.trace.ladder.labels import application_label, wire_label
from wslab.trace.ladder.rung import Rung
from wslab.trace.ladder.sections import Section, ladder_of
from wslab.trace.ladder.svg import ROW, ladder_html, row_tops
from wslab.trace.model import ApplicationEvent, Connection, Event, Frame

JSON = dict[str, Any]

_LABEL = 200
"""Characters of a label in the list of events."""


def detail(kept: Kept) -> JSON:
    """Return what the page shows of a connection that was chosen.

    An event has an id that stays its own while others are left out. "ladder" is the
    drawing, "rows" say where it has which events and the seconds from the row before.
    """
    connection = kept.connection
    ids = [event_id(connection, index) for index in range(len(connection.events))]
    explanation = explain(connection) if connection.is_over else None
    evidence = frozenset(explanation.evidence if explanation else ())
    ladder = ladder_of([connection], explained=False)
    (section,) = ladder.sections
    return {
        "summary": summary(kept),
        "why": _explained(connection, explanation),
        "ladder": ladder_html(ladder),
        "rowHeight": ROW,
        "rows": list(_rows(connection, section, ids, evidence)),
        "events": [
            {
                "id": ids[index],
                "at": _time(connection, index),
                "evidence": index in evidence,
                **_described(event),
            }
            for index, event in enumerate(connection.events)
        ],
        "gap": connection.gap,
        "leftOut": connection.left_out,
        "fault": connection.fault,
    }


def event_id(connection: Connection, index: int) -> int:
    """Return the number of an event among all, also those that are left out."""
    return index if index < connection.gap else index + connection.left_out


def event_of(connection: Connection, identity: int) -> Event | None:
    """Return the event of an id, None if it is not kept."""
    index = identity
    if identity >= connection.gap:
        index -= connection.left_out
        if index < connection.gap:
            return None
    return connection.events[index] if index < len(connection.events) else None


def _explained(connection: Connection, found: Explanation | None) -> JSON:
    """Return why it ended in lines, what goes on in one if it has not."""
    first, *more = why(connection) or ["The connection has ended."]
    failed = found is not None and found.failed
    return {"text": first.removeprefix("Why: "), "more": more, "failed": failed}


def _rows(
    connection: Connection, section: Section, ids: list[int], evidence: frozenset[int]
) -> Iterator[JSON]:
    """Yield the ladder's rows that show events."""
    for row, top in zip(section.rows, row_tops(section), strict=True):
        if isinstance(row, Rung):
            yield {
                "top": top,
                "at": _time(connection, row.events[0]),
                "events": [ids[index] for index in row.events],
                "evidence": any(index in evidence for index in row.events),
            }


def _time(connection: Connection, index: int) -> float | None:
    return connection.times[index] if connection.times else None


def _described(event: Event) -> JSON:
    """Return who sent an event, and what it says in one line."""
    if isinstance(event, ApplicationEvent):
        label = application_label(event)
        return {
            "lane": "application",
            "sender": event.sender,
            "kind": event.type,
            "label": label._replace(name="", brief="").fit(_LABEL),
            "size": event.length,
        }
    label = wire_label(event)
    return {
        "lane": "wire",
        "sender": event.sender,
        "kind": label.name or "response",
        "label": label._replace(name="", brief="").fit(_LABEL),
        "size": _size(event) if isinstance(event, Frame) else None,
    }


def _size(frame: Frame) -> int:
    return frame.length if frame.size is None else frame.size
