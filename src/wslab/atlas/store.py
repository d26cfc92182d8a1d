"""The atlas as data: one JSON file for each scenario, in this package's `data/`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from wslab.atlas.cell import Cell, Outcome
from wslab.trace.document import event_from_json, event_to_json
from wslab.trace.model import Connection
from wslab.trace.trace import Trace

DATA = Path(str(files("wslab.atlas.data")))
"""Where the data lie that come with the package; `schema.json` describes them."""

VERSION = 1
"""Of the form of the files."""

Row = Mapping[str, Cell]
"""The cells of one scenario, by the names of their columns."""

_LEVELS = 8
"""Levels of a file that are written a line for each entry: down to an event."""


class NoSuchData(LookupError):
    """There is no stored data of that name."""


def names(directory: Path = DATA) -> list[str]:
    """Return the names of the scenarios that are stored."""
    found = directory.glob("*.json")
    return sorted(file.stem for file in found if file.stem != "schema")


def load(scenario: str, directory: Path = DATA) -> dict[str, Cell]:
    """Return the stored cells of a scenario, by the names of their columns.

    Raises:
        NoSuchData: The scenario is not stored there.
        ValueError: The file has another version, or not its form.
    """
    path = directory / f"{scenario}.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoSuchData(f"no scenario {scenario!r} in {directory}") from None
    try:
        if document["version"] != VERSION:
            raise ValueError(f"{path} has version {document['version']}, not {VERSION}")
        return {name: _cell(cell) for name, cell in document["cells"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no data of the atlas: {error!r}") from error


def save(scenario: str, row: Row, directory: Path = DATA) -> None:
    """Write the cells of a scenario, in the order of their columns' names.

    The file is replaced whole: it is never seen, or left, half written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    cells = {name: _cell_to_json(row[name]) for name in sorted(row)}
    document = {"version": VERSION, "scenario": scenario, "cells": cells}
    path = directory / f"{scenario}.json"
    new = path.with_suffix(".new")
    new.write_text(written(document, _LEVELS) + "\n", encoding="utf-8")
    new.replace(path)


def _cell_to_json(cell: Cell) -> dict[str, Any]:
    document = {
        "versions": cell.versions,
        "python": cell.python,
        "date": cell.date,
        "machine": cell.machine,
        "outcomes": [_outcome_to_json(outcome) for outcome in cell.outcomes],
    }
    return document | ({"without": cell.without} if cell.without else {})


def _outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "count": outcome.count,
        "client": list(outcome.client),
        "application": list(outcome.application),
        "connections": [
            {"is_open": c.is_open, "events": [event_to_json(e) for e in c.events]}
            for c in outcome.trace.connections
        ],
    }


def _cell(document: dict[str, Any]) -> Cell:
    return Cell(
        tuple(_outcome(outcome) for outcome in document["outcomes"]),
        document["versions"],
        document["python"],
        document["date"],
        document["machine"],
        document.get("without", ""),
    )


def _outcome(document: dict[str, Any]) -> Outcome:
    connections = (
        Connection.of([event_from_json(e) for e in c["events"]], is_open=c["is_open"])
        for c in document["connections"]
    )
    return Outcome(
        tuple(document["client"]),
        tuple(document["application"]),
        Trace(tuple(connections)),
        document["count"],
    )


def written(value: Any, levels: int, indent: str = "") -> str:
    """Return JSON with a line for each entry of the upper levels, compact below."""
    if not levels or not value or not isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    inner = indent + " "
    return "\n".join(_lines(value, levels, indent, inner))


def _lines(value: Any, levels: int, indent: str, inner: str) -> Iterator[str]:
    is_dict = isinstance(value, dict)
    yield "{" if is_dict else "["
    entries = list(value.items() if is_dict else enumerate(value))
    for key, item in entries:
        name = f"{json.dumps(key)}: " if is_dict else ""
        comma = "" if key == entries[-1][0] else ","
        yield f"{inner}{name}{written(item, levels - 1, inner)}{comma}"
    yield f"{indent}{'}' if is_dict else ']'}"
