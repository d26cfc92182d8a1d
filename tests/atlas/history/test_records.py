"""The history as a file: what is saved is loaded, once for what is the same."""

import json
from dataclasses import replace

import jsonschema
import pytest

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.history import records
from wslab.atlas.store import NoSuchData
from wslab.trace.trace import Trace

RELEASES = ("1.0", "1.1", "2.0")
SCHEMA = json.loads((records.DATA.parent / "schema.json").read_text())


def cell(release, *clients, without="", websockets="17.0"):
    outcomes = tuple(Outcome((it,), ("returns",), Trace(()), 5) for it in clients)
    versions = {"uvicorn": release, "websockets": websockets}
    return Cell(outcomes, versions, "3.11.7", "2026-11-28", "Linux x86_64", without)


def every(*clients):
    return {it: cell(it, *clients) for it in RELEASES}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "made" / "uvicorn.json"


def document(path):
    return json.loads(path.read_text())


def test_what_is_saved_is_loaded(path):
    history = {
        "text": every("FIN"),
        "accept": {**every("close 1000", "reset"), "2.0": cell("2.0", "FIN")},
        "limit": {it: cell(it, without="no such option") for it in RELEASES},
    }
    records.save(history, RELEASES, path)
    jsonschema.validate(document(path), SCHEMA)
    assert records.load(path) == history


def test_releases_that_do_the_same_are_stored_once(path):
    changed = {**every("FIN"), "2.0": cell("2.0", "reset")}
    records.save({"text": changed}, RELEASES, path)
    spans = document(path)["scenarios"]["text"]["spans"]
    assert [(it["since"], it["until"]) for it in spans] == [
        ("1.0", "1.1"),
        ("2.0", "2.0"),
    ]


def test_a_release_that_was_not_measured_lies_in_no_span(path):
    history = {"text": every("FIN"), "accept": every("FIN")}
    del history["accept"]["1.1"]
    records.save(history, RELEASES, path)
    assert list(records.load(path)["accept"]) == ["1.0", "2.0"]
    assert records.load(path) == history


def test_another_date_is_kept(path):
    later = replace(cell("1.1", "FIN"), date="2027-01-01")
    records.save({"text": {**every("FIN"), "1.1": later}}, RELEASES, path)
    assert records.load(path)["text"]["1.1"].date == "2027-01-01"
    assert records.load(path)["text"]["2.0"].date == "2026-11-28"


def test_a_release_that_is_no_longer_listed_is_left_out(path):
    records.save({"text": every("FIN")}, RELEASES[1:], path)
    assert list(records.load(path)["text"]) == ["1.1", "2.0"]


def test_what_was_found_replaces_what_was_known():
    known = {"text": every("FIN"), "accept": every("FIN")}
    found = {"text": {"2.0": cell("2.0", "reset")}, "ping": every("FIN")}
    merged = records.merged(known, found)
    assert merged["text"] == {**known["text"], **found["text"]}
    assert merged["accept"] == known["accept"]
    assert merged["ping"] == found["ping"]


def test_what_was_known_of_other_versions_is_dropped():
    known = {"text": every("FIN"), "accept": every("FIN")}
    found = {"text": {"2.0": cell("2.0", "FIN", websockets="18.0")}}
    merged = records.merged(known, found)
    assert merged["text"]["2.0"].versions["websockets"] == "18.0"
    assert list(merged["accept"]) == ["1.0", "1.1"]


def test_what_is_not_there_is_said(path):
    with pytest.raises(NoSuchData, match="no history"):
        records.load(path)


@pytest.mark.parametrize("text", ['{"version": 2}', '{"version": 1}', "[]", "null"])
def test_another_file_is_refused_by_its_name(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError, match=r"x\.json"):
        records.load(tmp_path / "x.json")
