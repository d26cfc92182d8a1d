"""`wslab trace` on a terminal: what is open below, what has ended above."""

import re

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from .screen import terminal
from .traced import trace

SERVED = ("app:app", "--port", "0")
COLOURS = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7])m")


def opened(url):
    return connect(url, compression=None)


def test_what_is_open_is_seen_with_its_ladder_and_what_ends_with_its_cause(tmp_path):
    with terminal(tmp_path, *SERVED) as it:
        with opened(it.url("/room?token=abc")) as client:
            client.send("hello")
            assert client.recv() == "hello"
            it.wait_for(lambda seen: "→1 ←1" in seen)
            lines = it.screen.text.splitlines()
            place = next(i for i, line in enumerate(lines) if "→1 ←1" in line)
            assert "── 1 open, 0 ended ──" in lines[place - 1]
            assert lines[place].startswith("    1  /room?token=*** ")
            assert "127.0.0.1:" in lines[place]
            assert lines[place].endswith('text "hello" · 5 B')
            assert "101 Switching Protocols" in lines[place + 2]
            client.send("raise")
            with pytest.raises(ConnectionClosed):
                client.recv()
        it.wait_for(lambda seen: "── 0 open, 1 ended ──" in seen)
        assert it.end() == 0
    seen = it.screen.text
    assert re.search(r"^1  /room\?token=\*\*\*  1006 by the server  ", seen, re.M)
    assert "→ 2 messages, 10 B  ← 1 message, 5 B" in seen
    assert "raised RuntimeError: as asked" in seen
    assert "Why: The handler raised RuntimeError: as asked" in seen
    assert " open, " not in seen
    assert "abc" not in re.sub(r"^INFO.*$", "", seen, flags=re.M)
    assert it.screen.cursor_is_shown


def test_the_log_and_what_the_application_prints_stand_above(tmp_path):
    with terminal(tmp_path, *SERVED) as it:
        with opened(it.url()) as client:
            for _ in range(50):
                client.send("print")
                assert client.recv() == "print"
            it.wait_for(lambda seen: "→50 ←50" in seen)
            assert it.screen.text.count("── 1 open, 0 ended ──") == 1
        it.wait_for(lambda seen: "── 0 open, 1 ended ──" in seen)
        assert it.end() == 0
    lines = it.screen.text.splitlines()
    assert lines.count("printed by the application") == 50
    for said in ("INFO:     connection open", "INFO:     Shutting down"):
        assert lines.count(said) == 1


def test_what_is_open_at_the_end_is_told(tmp_path):
    with terminal(tmp_path, *SERVED) as it, opened(it.url("/left")):
        it.wait_for(lambda seen: "── 1 open, 0 ended ──" in seen)
        assert it.end() == 0
        assert re.search(r"^1  /left  1012 by the server  ", it.screen.text, re.M)
        assert "Why: The server shut down" in it.screen.text


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}])
def test_colours_are_left_out_where_nobody_wants_them(tmp_path, environment):
    words = (*SERVED, "--no-use-colors")
    with terminal(tmp_path, *words, **environment) as it:
        with opened(it.url()):
            pass
        it.wait_for(lambda seen: "── 0 open, 1 ended ──" in seen)
        assert it.end() == 0
    assert bool(COLOURS.search(it.screen.raw)) == (not environment)


@pytest.mark.parametrize("columns", [60, 200])
def test_a_resized_terminal_is_filled(tmp_path, columns):
    with terminal(tmp_path, *SERVED, columns=120) as it, opened(it.url("/room")):
        it.wait_for(lambda seen: "── 1 open, 0 ended ──" in seen)
        it.resize(columns, 20)

        def is_filled(seen):
            line = next((it for it in seen.splitlines() if " open, " in it), "")
            return len(line) == columns

        it.wait_for(is_filled)
        assert it.end() == 0


def test_only_failures_are_seen_where_nothing_else_is_wanted(tmp_path):
    with terminal(tmp_path, *SERVED, "--only-failures") as it:
        with opened(it.url("/well")):
            pass
        with opened(it.url("/ill")) as client:
            client.send("raise")
            with pytest.raises(ConnectionClosed):
                client.recv()
        it.wait_for(lambda seen: "── 0 open, 1 ended ──" in seen)
        assert it.end() == 0
    assert re.findall(r"^(\d  /\w+)  ", it.screen.text, re.M) == ["2  /ill"]


def test_a_recording_is_shown_in_the_width_of_the_terminal(tmp_path):
    with trace(tmp_path, *SERVED, "--out", "it.trace") as command:
        for path in ("/one", "/two"):
            command.say("hello", path=path)
        assert command.end() == 0
    with terminal(tmp_path, "show", "it.trace", columns=70) as it:
        assert it.status() == 0
    assert re.findall(r"^(\d  /\w+)  ", it.screen.text, re.M) == ["1  /one", "2  /two"]
    ladder = [line for line in it.screen.text.splitlines() if line.startswith("│")]
    assert {line.rindex("│") for line in ladder if "hello" in line} == {46}
    assert COLOURS.search(it.screen.raw)
