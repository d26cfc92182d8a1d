"""The stored history: it has its form, its releases, and agrees with the atlas."""

import json

import jsonschema
import pytest

from wslab.atlas import store
from wslab.atlas.diff import changes
from wslab.atlas.history import records
from wslab.atlas.history.history import histories, history_of
from wslab.atlas.history.releases import RELEASES
from wslab.atlas.scenarios import SCENARIOS

HISTORIES = histories()
CURRENT = RELEASES[-1].uvicorn


def test_it_follows_the_schema_and_is_small():
    text = records.DATA.read_text()
    schema = json.loads((records.DATA.parent / "schema.json").read_text())
    jsonschema.validate(json.loads(text), schema)
    assert len(text) < 400_000


def test_its_releases_are_those_of_the_table():
    stored = json.loads(records.DATA.read_text())["releases"]
    assert stored == {it.uvicorn: it.versions for it in RELEASES}
    assert list(stored) == [it.uvicorn for it in RELEASES]


def test_the_table_is_in_the_order_of_time_and_of_versions():
    for listed in (
        [it.date for it in RELEASES],
        [tuple(map(int, it.uvicorn.split("."))) for it in RELEASES],
        [tuple(map(int, it.websockets.split("."))) for it in RELEASES],
    ):
        assert listed == sorted(listed)


@pytest.mark.parametrize("name", HISTORIES)
def test_the_current_release_does_what_the_atlas_has_of_it(name):
    """Where the atlas was measured anew, `wslab atlas history` has to be run too."""
    assert name in SCENARIOS
    latest = history_of(name).cells[CURRENT]
    stored = store.load(name)["uvicorn"]
    assert latest.versions == stored.versions
    found = changes(name, {"uvicorn": stored}, {"uvicorn": latest})
    assert "\n".join(map(str, found)) == ""


def test_the_releases_are_told_apart_by_what_their_notes_say():
    """A few changes that the release notes of uvicorn have, as they were measured."""
    assert history_of("handler-returns").since == "0.39.0"
    assert history_of("denial").since == "0.52.1"
    subprotocols = history_of("subprotocols")
    joined = subprotocols.cells["0.50.0"].usual.application
    assert any("'one, two'" in line for line in joined)
    assert subprotocols.since == "0.50.1"
