"""Characters that take two columns, or none, and a ladder whose lanes stay straight.

What a text takes is compared with rich, which measures by tables of its own.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wslab.trace.ladder.columns import beginning, columns_of
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.text import ladder_text
from wslab.trace.model import ApplicationEvent, Connection, Frame, Head, Opcode

SAMPLES = {
    "ascii": "hello, world",
    "accents": "crème brûlée",
    "marks of their own": "cre\u0300me bru\u0302le\u0301e",
    "hiragana and kanji": "日本語でおはようございます",
    "halfwidth katakana": "\uff8a\uff9b\uff70",
    "fullwidth latin": "\uff34\uff25\uff33\uff34",
    "hangul": "안녕하세요",
    "hangul in letters": "\u110b\u1161\u11ab\u1102\u1167\u11bc",
    "devanagari": "नमस्ते दुनिया",
    "emoji": "done 🎉🚀",
    "a symbol as an emoji": "I \u2764\ufe0f it",
    "a skin": "\U0001f44d\U0001f3fd yes",
    "a flag": "\U0001f1e9\U0001f1ea",
    "arabic": "مرحبا بالعالم",
}
TEXTS = pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES.keys())
ANY = st.lists(st.sampled_from("".join(SAMPLES.values())), max_size=60).map("".join)


def connection(text: str) -> Connection:
    """Send a text and get it back, on a path and with a reason that have it, too."""
    payload = text.encode()

    def frame(sender, opcode, payload):
        length = len(payload)
        masked = sender == "client"
        return Frame(sender, opcode, True, masked, False, length, payload, length, 0)

    close = (4000).to_bytes(2) + payload[:123].decode(errors="ignore").encode()
    return Connection.of(
        [
            Head("client", f"GET /{text} HTTP/1.1", (), 0),
            Head("server", "HTTP/1.1 101 Switching Protocols", (), 0),
            frame("client", Opcode.TEXT, payload),
            ApplicationEvent("websocket.receive", "server", text, len(text)),
            ApplicationEvent("websocket.send", "application", text, len(text)),
            frame("server", Opcode.TEXT, payload),
            frame("server", Opcode.CLOSE, close),
        ]
    )


def bars(line: str) -> list[int]:
    """Return the columns in which a line has the bars of the lanes."""
    return [cell_len(line[:i]) for i, it in enumerate(line) if it == "│"]


@TEXTS
def test_a_text_takes_the_columns_that_a_terminal_gives_it(text):
    assert columns_of(text) == cell_len(text)


@TEXTS
@pytest.mark.parametrize("times", [1, 9], ids=["short", "cut"])
@pytest.mark.parametrize("columns", [60, 88, 131])
def test_the_lanes_of_a_ladder_stay_straight(text, times, columns):
    text = text * times
    lines = ladder_text(ladder_of([connection(text)]), columns).splitlines()
    rows = [line for line in lines if line.startswith("│")]
    assert len(rows) >= 5
    assert len({tuple(bars(row)) for row in rows}) == 1
    assert max(map(cell_len, rows)) <= columns


@given(ANY, st.integers(0, 20))
def test_a_beginning_is_all_that_there_is_room_for(text, columns):
    found = beginning(text, columns)
    assert text.startswith(found)
    assert columns_of(found) <= columns
    assert found == text or columns_of(text[: len(found) + 1]) > columns


@given(ANY)
def test_a_mark_is_not_cut_from_its_letter(text):
    marked = f"{text}e\u0301"
    assert beginning(marked, columns_of(marked)) == marked
