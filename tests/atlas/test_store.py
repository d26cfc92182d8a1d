"""The atlas as files: what is written is read, and follows the schema."""

import json

import jsonschema
import pytest

from wslab.atlas import store
from wslab.atlas.cell import Cell, Outcome, counted
from wslab.trace.model import ApplicationEvent, Connection, Frame, Head, TcpEnd
from wslab.trace.trace import Trace

EVENTS = (
    Head("client", "GET / HTTP/1.1", (("host", "127.0.0.1"),), 0),
    ApplicationEvent("websocket.connect", "server", pair=("request", 0)),
    Frame("server", 8, True, False, False, 2, b"\x03\xe8", 2, None),
    TcpEnd("server", "FIN"),
)
OUTCOME = Outcome(("FIN",), ("returns",), Trace((Connection.of(EVENTS),)))
CELL = Cell((OUTCOME,), {"uvicorn": "0.54.0"}, "3.11.7", "2026-11-28", "Linux x86_64")
WITHOUT = Cell((), {"daphne": "4.2.3"}, "3.11.7", "2026-11-28", "Linux x86_64", "none")

SCHEMA = json.loads((store.DATA / "schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_what_is_saved_is_loaded(tmp_path):
    row = {"uvicorn": CELL, "daphne": WITHOUT}
    store.save("handler-returns", row, tmp_path)
    assert store.load("handler-returns", tmp_path) == row
    assert store.names(tmp_path) == ["handler-returns"]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_file_follows_the_schema_and_has_a_line_for_each_event(tmp_path):
    store.save("handler-returns", {"uvicorn": CELL, "daphne": WITHOUT}, tmp_path)
    text = (tmp_path / "handler-returns.json").read_text()
    VALIDATOR.validate(json.loads(text))
    lines = [line.strip().rstrip(",") for line in text.splitlines()]
    assert sum(line.startswith('{"kind"') for line in lines) == len(EVENTS)


def test_what_is_not_there_is_said_by_name(tmp_path):
    with pytest.raises(store.NoSuchData, match="no scenario 'x'"):
        store.load("x", tmp_path)


@pytest.mark.parametrize("text", ['{"version": 2}', '{"version": 1}', "[]", "null"])
def test_another_file_is_refused_by_its_name(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError, match=r"x\.json"):
        store.load("x", tmp_path)


BROKEN = {
    "a cell of neither outcomes nor a reason": lambda cell: cell["outcomes"].clear(),
    "a reason beside outcomes": lambda cell: cell.update(without="none"),
    "a date in words": lambda cell: cell.update(date="yesterday"),
    "an event of no kind": lambda cell: event(cell, 0).update(kind="line"),
    "a head without headers": lambda cell: event(cell, 0).pop("headers"),
    "an event of no type": lambda cell: event(cell, 1).pop("type"),
    "a frame without its payload": lambda cell: event(cell, 2).pop("payload"),
    "a payload that is no bytes": lambda cell: event(cell, 2).update(payload="ab"),
    "an end that is said in no word": lambda cell: event(cell, 3).update(how=None),
}


def event(cell, number):
    return cell["outcomes"][0]["connections"][0]["events"][number]


@pytest.mark.parametrize("what", BROKEN)
def test_the_schema_refuses(tmp_path, what):
    store.save("handler-returns", {"uvicorn": CELL}, tmp_path)
    document = json.loads((tmp_path / "handler-returns.json").read_text())
    VALIDATOR.validate(document)
    BROKEN[what](document["cells"]["uvicorn"])
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)


def test_a_file_is_replaced_whole(tmp_path):
    path, earlier = tmp_path / "handler-returns.json", tmp_path / "earlier"
    store.save("handler-returns", {"uvicorn": CELL}, tmp_path)
    text = path.read_text()
    earlier.hardlink_to(path)
    store.save("handler-returns", {"daphne": WITHOUT}, tmp_path)
    assert earlier.read_text() == text  # who had it open reads all of it
    assert store.load("handler-returns", tmp_path) == {"daphne": WITHOUT}
    assert {it.name for it in tmp_path.iterdir()} == {path.name, earlier.name}


@pytest.mark.parametrize("name", store.names())
def test_the_stored_data_follow_the_schema(name):
    document = json.loads((store.DATA / f"{name}.json").read_text())
    VALIDATOR.validate(document)
    assert document["scenario"] == name
    assert store.load(name)


def test_outcomes_are_counted_the_most_frequent_first():
    other = Outcome(("reset",), ("returns",), OUTCOME.trace)
    found = counted([other, OUTCOME, OUTCOME])
    assert [(it.client, it.count) for it in found] == [(("FIN",), 2), (("reset",), 1)]
