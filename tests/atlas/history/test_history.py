"""Since when it is so, and which release changed it: spans, changes, the sentence."""

import pytest

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.history.history import History, differences, history_of
from wslab.trace.trace import Trace


def cell(release, *clients, application="returns", without=""):
    """A cell whose runs the client saw as named, each with how often."""
    outcomes = [
        Outcome((client,), (application,), Trace(()), count)
        for client, count in sorted(clients, key=lambda pair: -pair[1])
    ]
    versions = {"uvicorn": release, "websockets": f"1{release}"}
    return Cell(
        tuple(outcomes), versions, "3.11.7", "2026-11-28", "Linux x86_64", without
    )


def history(*clients):
    """A history of releases 1, 2, ...; each is a str, or a dict of counts."""
    cells = {}
    for number, seen in enumerate(clients, 1):
        counts = seen if isinstance(seen, dict) else {seen: 5}
        cells[str(number)] = cell(str(number), *counts.items())
    return History("text", cells)


def told(history):
    return [str(span) for span in history.spans]


def test_what_never_changed_is_one_span_and_has_no_since():
    steady = history("FIN", "FIN", "FIN")
    assert told(steady) == ["since 1"]
    assert steady.changes == ()
    assert steady.since is None
    assert steady.sentence == (
        "uvicorn's default does so in all 3 releases measured, 1 to 3."
    )
    assert str(steady) == steady.sentence


def test_a_change_begins_a_span_and_what_comes_back_is_another():
    changed = history("FIN", "close 1000", "close 1000", "FIN")
    assert told(changed) == ["from 1, before 2", "from 2, before 4", "since 4"]
    assert [after.since for _, after in changed.changes] == ["2", "4"]
    assert changed.since == "4"
    assert changed.sentence == (
        "uvicorn's default does so since 4 (with websockets 14), "
        "of the 4 releases measured, 1 to 4."
    )
    assert str(changed).splitlines()[1:] == [
        "  from 2, before 4, the client: close 1000",
        "  from 1, before 2: as now",
    ]


def test_what_varies_is_the_same_as_its_neighbours_that_saw_it_too():
    for varying in (
        history("FIN", {"FIN": 7, "reset": 3}, "reset"),
        history({"FIN": 6, "reset": 4}, {"FIN": 4, "reset": 6}),
    ):
        assert told(varying) == ["since 1"]


def test_what_varies_between_things_never_seen_before_is_a_change():
    varying = history("FIN", {"close 1000": 7, "reset": 3})
    assert told(varying) == ["from 1, before 2", "since 2"]


def test_a_span_counts_the_outcomes_of_its_releases():
    (span,) = history("FIN", {"FIN": 1, "reset": 9}).spans
    seen = {it.client: it.count for it in span.cell.outcomes}
    assert seen == {("FIN",): 6, ("reset",): 9}
    assert span.cell.usual.client == ("reset",)


def test_an_option_that_a_release_lacks_is_a_change():
    cells = {"1": cell("1", without="no such option"), "2": cell("2", ("FIN", 5))}
    found = differences(cells["1"], cells["2"])
    assert found == [("the scenario", "no such option", "measured")]
    assert told(History("text", cells)) == ["from 1, before 2", "since 2"]


def test_only_the_side_that_sees_another_thing_is_told():
    cells = {
        "1": cell("1", ("FIN", 5), application="receives disconnect 1005"),
        "2": cell("2", ("FIN", 5), application="receives disconnect 1000"),
    }
    ((_, found),) = History("text", cells).earlier
    assert found == [
        ("the application", "receives disconnect 1005", "receives disconnect 1000")
    ]


def test_a_scenario_that_was_not_measured_is_said_by_its_name():
    with pytest.raises(LookupError, match="'no-such-scenario'"):
        history_of("no-such-scenario")
