"""The region of the terminal view: bounded in width and height, whatever is open."""

import pytest
from rich.cells import cell_len
from rich.text import Text

from wslab.cli.trace.tally import Tally
from wslab.cli.trace.terminal.region import Counts, Open, region
from wslab.cli.trace.terminal.units import duration, size
from wslab.trace.model import Connection, Frame, Head, Opcode

BEGAN = 1_000.0


def opened(number, path="/room", at=1.0):
    """A connection whose client sent a message `at` seconds after it began."""
    text = "日本語" * 40 + path
    payload = text.encode()[:128]
    events = [
        Head("client", f"GET {path} HTTP/1.1", (), 0),
        Head("server", "HTTP/1.1 101 Switching Protocols", (), 0),
        Frame(
            *("client", Opcode.TEXT, True, True, False),
            *(len(text.encode()), payload, len(text.encode()), 0),
        ),
    ]
    connection = Connection.of(events, is_open=True)
    times = (0.0, 0.001, at)
    fields = {name: getattr(connection, name) for name in connection.__slots__}
    known = {"number": number, "began": BEGAN, "times": times, "client": "[::1]:50000"}
    connection = Connection(**{**fields, **known})
    return Open(connection, Tally().plus(connection))


def lines_of(count, columns, rows, **other):
    many = [
        opened(number, at=number / 1_000, **other) for number in range(1, count + 1)
    ]
    return region(many, Counts(3, 4), columns, rows, BEGAN + 5)


def numbers(lines):
    starts = (line.plain[:5].strip() for line in lines)
    return [int(it) for it in starts if it.isdecimal()]


@pytest.mark.parametrize("columns", [20, 60, 80, 200])
@pytest.mark.parametrize("rows", [1, 2, 3, 10, 24, 60])
@pytest.mark.parametrize("count", [0, 1, 3, 30, 1_000])
def test_a_region_is_no_wider_and_no_higher_than_there_is_room(columns, rows, count):
    lines = lines_of(count, columns, rows)
    assert len(lines) <= rows
    assert max(line.cell_len for line in lines) <= columns
    assert all(isinstance(line, Text) and "\n" not in line.plain for line in lines)


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_the_lanes_of_a_region_stay_straight_beside_wide_characters(columns):
    said = [line.plain for line in lines_of(1, columns, 24)]
    rows = [line for line in said if line.startswith("│")]
    assert sum("日本" in row for row in rows) == 1
    bars = {
        tuple(cell_len(row[:place]) for place, it in enumerate(row) if it == "│")
        for row in rows
    }
    assert len(bars) == 1


def test_of_a_thousand_connections_those_are_listed_that_did_something_last():
    lines = lines_of(1_000, 100, 24)
    assert lines[0].plain.startswith("── 1000 open, 3 ended, 4 not recorded ──")
    assert numbers(lines) == list(range(979, 1_001))
    assert lines[-1].plain == "… 978 more"


def test_ladders_are_shown_of_those_for_which_there_is_room():
    lines = lines_of(3, 100, 12)
    assert numbers(lines) == [1, 2, 3]
    bars = [line.plain.startswith("│") for line in lines]
    assert bars == [False] + [False, True, True] * 3
    assert not any(line.plain.startswith("│") for line in lines_of(11, 100, 12))


def test_a_line_has_path_client_age_messages_and_the_last_event():
    (_, line, *_) = lines_of(1, 120, 10)
    assert line.plain.startswith("    1  /room  ")
    for said in ("[::1]:50000", " 5.0 s ", "→1 ←0", 'text "日本'):
        assert said in line.plain


def test_a_long_path_is_cut():
    (_, line, *_) = lines_of(1, 80, 10, path="/" + "x" * 500)
    assert "xxx… " in line.plain
    assert "→1 ←0" in line.plain


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.012, "12 ms"), (3.44, "3.4 s"), (306, "5:06 min"), (25_685, "7:08 h")],
)
def test_a_duration_has_its_unit(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(12, "12 B"), (3_482, "3.4 KiB"), (1 << 20, "1.0 MiB"), (1 << 31, "2.0 GiB")],
)
def test_a_size_has_its_unit(count, text):
    assert size(count) == text
