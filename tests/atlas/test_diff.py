"""What changed between two measurements, in words."""

from dataclasses import replace

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.diff import changes
from wslab.trace.trace import Trace


def outcome(*client, count=5):
    return Outcome(client, ("returns",), Trace(()), count)


def cell(*outcomes, version="0.54.0"):
    return Cell(outcomes, {"uvicorn": version}, "3.11.7", "2026-11-28", "Linux x86_64")


def told(before, after):
    return [str(it) for it in changes("a", {"uvicorn": before}, {"uvicorn": after})]


def test_what_is_the_same_is_no_change_whatever_the_date():
    before = cell(outcome("FIN"))
    assert told(before, replace(before, date="2027-01-01")) == []


def test_a_change_says_what_was_seen_and_on_which_versions():
    (words,) = told(cell(outcome("FIN")), cell(outcome("close 1000"), version="0.55.0"))
    assert "a on uvicorn" in words
    assert "the client saw" in words
    assert "FIN" in words
    assert "close 1000" in words
    assert "uvicorn 0.54.0 -> 0.55.0" in words
    assert "application" not in words


def test_an_outcome_that_has_been_seen_before_is_no_change():
    varying = cell(outcome("FIN", count=6), outcome("reset", count=4))
    assert told(varying, cell(outcome("reset"))) == []
    assert told(cell(outcome("reset")), varying) == []


def test_what_can_no_longer_be_had_is_a_change():
    gone = replace(cell(), without="no such option")
    (words,) = told(cell(outcome("FIN")), gone)
    assert "was measured, is no such option" in words


def test_a_column_that_only_one_has_is_passed_over():
    assert list(changes("a", {"uvicorn": cell(outcome("FIN"))}, {})) == []
