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


def test_what_is_saved_is_loaded(tmp_path):
    row = {"uvicorn": CELL, "daphne": WITHOUT}
    store.save("handler-returns", row, tmp_path)
    assert store.load("handler-returns", tmp_path) == row
    assert store.names(tmp_path) == ["handler-returns"]


def test_a_file_follows_the_schema_and_has_a_line_for_each_event(tmp_path):
    store.save("handler-returns", {"uvicorn": CELL, "daphne": WITHOUT}, tmp_path)
    text = (tmp_path / "handler-returns.json").read_text()
    jsonschema.validate(json.loads(text), SCHEMA)
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


@pytest.mark.parametrize("name", store.names())
def test_the_stored_data_follow_the_schema(name):
    document = json.loads((store.DATA / f"{name}.json").read_text())
    jsonschema.validate(document, SCHEMA)
    assert document["scenario"] == name
    assert store.load(name)


def test_outcomes_are_counted_the_most_frequent_first():
    other = Outcome(("reset",), ("returns",), OUTCOME.trace)
    found = counted([other, OUTCOME, OUTCOME])
    assert [(it.client, it.count) for it in found] == [(("FIN",), 2), (("reset",), 1)]
