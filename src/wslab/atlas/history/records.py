"""The measured releases as data: one JSON file in this package's `data/`.

Consecutive releases that did the same are stored once, and so is each outcome of a
scenario. There are views and no recordings: a `Cell` made of them has empty traces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.store import NoSuchData, written
from wslab.trace.trace import Trace

DATA = Path(str(files("wslab.atlas.history.data"))) / "uvicorn.json"
"""The file that comes with the package; `schema.json` beside it describes it."""

VERSION = 1
"""Of the form of the file."""

Cells = Mapping[str, Cell]
"""What each release did in one scenario, by its version, the oldest first."""

_LEVELS = 4
"""Levels of the file that are written a line for each entry: down to a span."""

_Views = tuple[tuple[str, ...], tuple[str, ...]]


def load(path: Path = DATA) -> dict[str, dict[str, Cell]]:
    """Return the cells of each scenario by release, the oldest first.

    Raises:
        NoSuchData: There is no such file.
        ValueError: It has another version, or not its form.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoSuchData(f"no history of uvicorn in {path}") from None
    try:
        if document["version"] != VERSION:
            raise ValueError(f"{path} has version {document['version']}, not {VERSION}")
        versions = document["releases"]
        return {
            name: dict(_cells(scenario, versions))
            for name, scenario in document["scenarios"].items()
        }
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"{path} is no history of uvicorn: {error!r}") from error


def save(
    history: Mapping[str, Cells], releases: Sequence[str], path: Path = DATA
) -> None:
    """Write the cells of each scenario.

    Args:
        history: The cells by scenario and release.
        releases: All releases, the oldest first.
        path: The file.
    """
    versions = {
        release: cells[release].versions
        for release in releases
        for cells in history.values()
        if release in cells
    }
    scenarios = {
        name: _scenario_to_json(history[name], list(versions))
        for name in sorted(history)
    }
    document = {"version": VERSION, "releases": versions, "scenarios": scenarios}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written(document, _LEVELS) + "\n", encoding="utf-8")


def merged(
    known: Mapping[str, Cells], found: Mapping[str, Cells]
) -> dict[str, dict[str, Cell]]:
    """Return the cells of both; of what both have, those that were found.

    What is known of a release with other versions than those found was measured in
    another environment, and is left out.
    """
    versions = {
        release: cell.versions
        for cells in found.values()
        for release, cell in cells.items()
    }
    kept = {
        scenario: {
            release: cell
            for release, cell in cells.items()
            if versions.get(release, cell.versions) == cell.versions
        }
        for scenario, cells in known.items()
    }
    names = [*kept, *(it for it in found if it not in kept)]
    return {it: {**kept.get(it, {}), **found.get(it, {})} for it in names}


def _scenario_to_json(cells: Cells, releases: Sequence[str]) -> dict[str, Any]:
    views = list(dict.fromkeys(it.views for c in cells.values() for it in c.outcomes))
    told = [(it, _told(cells[it], views) if it in cells else {}) for it in releases]
    spans = []
    for what, group in groupby(told, lambda pair: pair[1]):
        names = [name for name, _ in group]
        if what:
            spans.append({"since": names[0], "until": names[-1], **what})
    outcomes = [{"client": one, "application": other} for one, other in views]
    return {"outcomes": outcomes, "spans": spans}


def _told(cell: Cell, views: list[_Views]) -> dict[str, Any]:
    """Return all of a cell but its versions, its outcomes by their numbers."""
    told = {
        "date": cell.date,
        "python": cell.python,
        "machine": cell.machine,
        "seen": [[views.index(it.views), it.count] for it in cell.outcomes],
    }
    return told | ({"without": cell.without} if cell.without else {})


def _cells(
    scenario: dict[str, Any], versions: dict[str, dict[str, str]]
) -> Iterator[tuple[str, Cell]]:
    releases = list(versions)
    outcomes = scenario["outcomes"]
    for span in scenario["spans"]:
        first, last = releases.index(span["since"]), releases.index(span["until"])
        seen = tuple(_outcome(outcomes[n], count) for n, count in span["seen"])
        for release in releases[first : last + 1]:
            yield (
                release,
                Cell(
                    seen,
                    versions[release],
                    span["python"],
                    span["date"],
                    span["machine"],
                    span.get("without", ""),
                ),
            )


def _outcome(document: dict[str, Any], count: int) -> Outcome:
    client, application = document["client"], document["application"]
    return Outcome(tuple(client), tuple(application), Trace(()), count)
