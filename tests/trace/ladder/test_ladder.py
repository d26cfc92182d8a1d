"""The ladder: rows in a stable order, folded, as text and as SVG."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.trace.ladder.columns import columns_of
from wslab.trace.ladder.fold import fold
from wslab.trace.ladder.labels import application_label, wire_label
from wslab.trace.ladder.order import rows_of
from wslab.trace.ladder.rung import rungs_of
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.text import ladder_lines, ladder_text
from wslab.trace.model import (
    ApplicationEvent,
    Connection,
    Frame,
    GoAway,
    Handshake,
    Head,
    Opcode,
    TcpEnd,
)
from wslab.trace.trace import Trace

SVG = "{http://www.w3.org/2000/svg}"


def frame(sender, payload=b"", message=None, opcode=Opcode.TEXT, **other):
    fields = {
        "fin": True,
        "masked": sender == "client",
        "compressed": False,
        "length": len(payload),
        "size": other.get("length", len(payload)),
    } | other
    return Frame(sender, opcode, payload=payload[:128], message=message, **fields)


def receive(data, number):
    return _event("websocket.receive", "server", data, ("receive", number))


def send(data, number):
    return _event("websocket.send", "application", data, ("send", number))


def _event(kind, sender, data, pair=None):
    return ApplicationEvent(kind, sender, data[:128], len(data), pair=pair)


def trace_of(*connections, left_out=0):
    return Trace(tuple(connection(c) for c in connections), left_out)


def connection(events, gap=None, left_out=0, path="/echo"):
    request = Head("client", f"GET {path} HTTP/1.1", (), 0)
    gap = len(events) if gap is None else gap
    return Connection(
        tuple(events), gap, left_out, False, True, Handshake(request, None), None, None
    )


def lines(*events):
    return str(trace_of(events)).splitlines()[1:]


def round_trip(number, data="tick"):
    return [
        frame("client", data.encode(), number),
        receive(data, number),
        send(data, number),
        frame("server", data.encode(), number),
    ]


def test_pipelined_messages_stand_where_they_are_received():
    """F35: three messages in one chunk or in three give the same rows."""
    trips = [round_trip(n, str(n)) for n in range(3)]
    one_by_one = [event for trip in trips for event in trip]
    at_once = [t[0] for t in trips] + [e for t in trips for e in t[1:]]
    rows, others = rows_of(one_by_one), rows_of(at_once)
    assert [row[:2] for row in rows] == [row[:2] for row in others]
    assert [len(row.events) for row in others] == [2] * 6


def test_late_receive_does_not_float_past_the_close():
    """F41: message and close in one chunk, and the reply that the server writes."""
    close = frame("client", b"\x03\xe8", opcode=Opcode.CLOSE)
    reply = frame("server", b"\x03\xe8", opcode=Opcode.CLOSE)
    fin = TcpEnd("server", "FIN")
    message = frame("client", b"x", 0)
    gone = ApplicationEvent("websocket.disconnect", "server", code=1000)
    expected = lines(message, receive("x", 0), close, reply, fin, gone)
    assert lines(message, close, reply, fin, receive("x", 0), gone) == expected
    assert "close 1000" in expected[1]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (TcpEnd("server", "FIN"), "TCP FIN"),
        (TcpEnd("server", "reset"), "TCP reset"),
        (TcpEnd("server", "TCP FIN"), "TCP FIN"),
        (TcpEnd("server", "END_STREAM"), "END_STREAM"),
        (TcpEnd("server", "RST_STREAM CANCEL"), "RST_STREAM CANCEL"),
        (GoAway("server", "NO_ERROR"), "GOAWAY NO_ERROR"),
    ],
)
def test_a_stream_of_http2_and_its_connection_end_by_their_own_names(end, said):
    (line,) = lines(end)
    assert f"\N{BOX DRAWINGS LIGHT HORIZONTAL} {said} " in line
    assert ("TCP" in line) is said.startswith("TCP")


def test_what_contradicts_sharing_a_row_gets_rows_of_its_own():
    """F35: a pong that overtook the echo is drawn where it was."""
    first, second = round_trip(0, "a"), round_trip(1, "b")
    ping = frame("client", b"", opcode=Opcode.PING)
    pong = frame("server", b"", opcode=Opcode.PONG)
    events = [first[0], second[0], ping, pong, *first[1:], *second[1:]]
    rows = rows_of(events)
    shown = [part for row in rows for part in row[:2] if part]
    assert sorted(map(repr, shown)) == sorted(map(repr, events))
    wire = [row.wire for row in rows if row.wire and row.wire.sender == "server"]
    assert wire == [pong, first[3], second[3]]


@given(st.data())
def test_every_event_has_one_place_and_lanes_keep_their_order(data):
    """Whatever happened, nothing is lost, doubled or reordered within its lane."""
    trips = [round_trip(n) for n in range(4)]
    pool = [e for t in trips for e in t]
    pool += [frame("client", b"1234", opcode=Opcode.PING), TcpEnd("server", "FIN")]
    pool += [frame("server", b"\x03\xe8", opcode=Opcode.CLOSE)]
    pool += [ApplicationEvent("websocket.close", "application", pair=("close", 0))]
    pool += [ApplicationEvent("returned", "application")]
    events = data.draw(st.permutations(pool))
    rows = rows_of(events)
    for lane in ("client", "server"):
        before = [e for e in events if lane_of(e) == lane]
        assert [r.wire for r in rows if r.wire and r.wire.sender == lane] == before
    before = [e for e in events if lane_of(e) == "application"]
    assert [r.application for r in rows if r.application] == before
    for row in rows:
        shown = {id(part) for part in row[:2] if part}
        assert shown == {id(events[index]) for index in row.events}


def lane_of(event):
    return "application" if isinstance(event, ApplicationEvent) else event.sender


def test_repeats_are_folded():
    """F35: a hundred echoes are two, and a note; it says whether they are the same."""
    same = [event for n in range(100) for event in round_trip(n)]
    different = [event for n in range(100) for event in round_trip(n, str(n))]
    assert lines(*same)[4:] == ["  \N{MULTIPLICATION SIGN} 98 more"]
    assert lines(*different)[4:] == ["  \N{MULTIPLICATION SIGN} 98 more like these"]
    assert len(fold(rungs_of(same[:16]))) == 8


def test_same_connections_are_folded():
    """F38: ten clients that did the same are told once."""
    trace = trace_of(*[round_trip(0)] * 10, round_trip(0, "other"), left_out=3)
    titles = [line for line in str(trace).splitlines() if "connection" in line]
    assert titles == [
        "connections 1 to 10, each: /echo",
        "connection 11: /echo",
        "… 3 connections left out",
    ]


def test_payloads_are_cut_escaped_and_shown_as_hex():
    """F42: long, binary and hostile payloads; lengths are of the whole."""
    long, hostile = b"a" * 500, b'<b>"\x1b[2J\n'
    text = lines(frame("client", long, 0), frame("client", hostile, 1))
    assert re.search(r'text "a+…" · 500 B ─+→', text[0])
    assert r'text "<b>\"\x1b[2J\n" · 9 B' in text[1]
    data = frame("client", bytes(range(128)), 0, Opcode.BINARY, length=4096)
    assert re.search(r"binary 00 01 02 [0-9a-f ]+… · 4096 B", lines(data)[0])
    cut = frame("client", ("é" * 100).encode()[:127], 0, length=200)
    assert "é…" in lines(cut)[0]
    assert "text ff fe · 2 B" in lines(frame("client", b"\xff\xfe", 0))[0]


def test_marks_of_unusual_frames():
    """F35: an unfinished, an unmasked, a reserved frame; a close without a code."""
    assert "text · 0 B FIN=0 ─" in lines(frame("client", b"", 0, fin=False))[0]
    assert "0 B unmasked" in lines(frame("client", b"", 0, masked=False))[0]
    assert "opcode 11 · 0 B" in lines(frame("client", opcode=11))[0]
    assert "close without a code" in lines(frame("client", opcode=Opcode.CLOSE))[0]
    lost = frame("client", b"xx", 0, compressed=True, size=None)
    assert "2 B not inflated" in lines(lost)[0]


def test_random_keepalive_payloads_are_not_shown():
    """F13: two runs ping with different bytes and give the same text."""
    one, two = (frame("server", p, opcode=Opcode.PING) for p in (b"abcd", b"\0\1\2\3"))
    assert lines(one) == lines(two)
    assert 'ping "hello"' in lines(frame("server", b"hello", opcode=Opcode.PING))[0]


anything = st.one_of(
    st.builds(
        lambda s, p, o, n: frame(s, p, None, o, length=len(p) + n),
        st.sampled_from(["client", "server"]),
        st.binary(max_size=128),
        st.integers(0, 15),
        st.sampled_from([0, 1, 1 << 40]),
    ),
    st.builds(
        lambda t, d, r, c, x: ApplicationEvent(t, "server", d, 1 << 40, c, r, x),
        st.text(max_size=60),
        st.none() | st.text(max_size=128) | st.binary(max_size=128),
        st.none() | st.text(max_size=128),
        st.none() | st.integers(0, 9999),
        st.none() | st.text(max_size=200),
    ),
    st.builds(lambda t: Head("client", f"GET /{t} HTTP/1.1", (), 0), st.text()),
)


@given(st.lists(anything, max_size=8))
def test_any_trace_has_both_forms(events):
    """Lines of at most 88 columns, no control character, XML that parses."""
    ends = connection(events), connection(events, path="/\x1b[2J" + 99 * "x")
    trace = Trace(ends)
    for line in str(trace).split("\n"):
        assert columns_of(line) <= 88
        assert line.isprintable()
    svg = ElementTree.fromstring(trace._repr_mimebundle_()["text/html"])
    assert svg.tag == f"{SVG}svg"
    for text in svg.iter(f"{SVG}text"):
        assert columns_of(text.text or "") <= 80


sizes = st.sampled_from([0, 1, 65535, 1 << 40])
frames = st.builds(
    lambda s, o, f, m, c, p, n, lost: Frame(
        s, o, f, m, c, len(p) + n, p, None if lost else len(p) + n, None
    ),
    st.sampled_from(["client", "server"]),
    st.integers(0, 15),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.binary(max_size=128),
    sizes,
    st.booleans(),
)


@given(frames, st.integers(1, 90))
def test_no_length_opcode_code_or_flag_of_a_frame_is_cut(frame, width):
    """F35: with too little room the payload goes, then the name gets shorter."""
    label = wire_label(frame).fit(width)
    if frame.opcode == Opcode.CLOSE:
        assert ("without" if frame.length < 2 else str(frame.close_code)) in label
        return
    size = frame.length if frame.size is None else frame.size
    assert re.search(rf"(^|\s){size} B( |$)", label)
    assert label.endswith("FIN=0") or " FIN=0 " in label or frame.fin
    assert (frame.masked == (frame.sender == "client")) == ("masked" not in label)
    assert frame.compressed == ("deflated" in label or "not inflated" in label)
    names = {0: "cont", 1: "text", 2: "bin", 9: "ping", 10: "pong"}
    assert label.startswith(names.get(frame.opcode, "op"))
    if frame.opcode not in names:
        assert re.match(rf"op(code)? {frame.opcode} ", label)


def sent(kind, **fields):
    return ApplicationEvent(kind, "application", **fields)


@pytest.mark.parametrize(
    ("event", "narrow"),
    [
        (sent("http.response.start", code=401), "response.start 401"),
        (sent("websocket.http.response.start", code=401), "response.start 401"),
        (sent("http.response.body", data=b"", length=1234567), "body 1234567 B"),
        (sent("websocket.http.response.start failed", code=500), "start failed 500"),
        (
            sent("websocket.disconnect", code=1011, reason="oh dear"),
            "disconnect 1011 …",
        ),
        (sent("websocket.close", code=4001, reason="oh dear"), 'close 4001 "oh de…"'),
        (sent("websocket.send", data="", length=0), 'send ""'),
        (sent("websocket.send", data=b"", length=0), "send 0 B"),
        (sent("websocket.send", data=b"\0\1\2\3\4\5", length=6), "send 00 01 02 03…"),
        (sent("raised", detail="ValueError: oh dear"), "raised ValueError:…"),
    ],
)
def test_labels_of_the_application_on_a_phone(event, narrow):
    """F35: 19 characters, which hold each status, code and length."""
    assert application_label(event).fit(19) == narrow
    assert narrow in trace_of([event])._repr_mimebundle_()["text/html"].replace(
        "&quot;", '"'
    )


def test_a_diagram_has_no_more_than_one_form_of_what_fits_a_phone():
    """F35: a longer form is there only for a label that a phone shortens."""
    long = trace_of([frame("client", b"x" * 100, 0)])._repr_mimebundle_()["text/html"]
    assert len(re.findall(r'<text [^>]*class="[pw]"', long)) == 2
    assert f'"{"x" * 12}…" · 100 B</text>' in long
    assert f'"{"x" * 30}…" · 100 B</text>' in long
    short = trace_of(echo_events())._repr_mimebundle_()["text/html"]
    assert not re.findall(r'<text [^>]*class="[pw]"', short)


def test_a_fault_of_the_recorder_is_told():
    """What the recorder could not read is not passed over in silence."""
    one = replace(connection(echo_events()), fault="ValueError in line 7 of heads.py")
    note = "the recorder failed: ValueError in line 7 of heads.py"
    bundle = Trace((one,))._repr_mimebundle_()
    assert str(Trace((one,))).splitlines()[-1] == f"  {note}"
    assert "the recorder failed: ValueError in line 7 of" in bundle["text/html"]


def echo_events():
    return [
        Head("client", "GET /echo HTTP/1.1", (), 0),
        ApplicationEvent("websocket.connect", "server", pair=("request", 0)),
        ApplicationEvent("websocket.accept", "application", pair=("response", 0)),
        Head("server", "HTTP/1.1 101 Switching Protocols", (), 0),
        *round_trip(0, "hello"),
        frame("client", b"\x03\xe8", opcode=Opcode.CLOSE),
        frame("server", b"\x03\xe8", opcode=Opcode.CLOSE),
        TcpEnd("server", "FIN"),
        ApplicationEvent("websocket.disconnect", "server", code=1000),
        ApplicationEvent("returned", "application"),
    ]


def test_svg_is_small_named_and_described():
    """F35: one image to a screen reader, with a name and a description."""
    bundle = trace_of(echo_events())._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert len(bundle["text/html"].encode()) < 4096
    svg = ElementTree.fromstring(bundle["text/html"])
    title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == title.get("id")
    assert svg.get("aria-describedby") == description.get("id")
    assert title.text == "Ladder diagram: /echo"
    assert 'server sends text "hello" · 5 B; application send' in description.text
    assert len(list(svg.iter(f"{SVG}path"))) == 7 + 5  # the heads of the arrows
    assert len(list(svg.iter(f"{SVG}line"))) == 2 + 7 + 5


def test_two_diagrams_on_a_page_share_no_id():
    """F35: the same trace twice on one page."""
    trace = trace_of(echo_events())
    both = "".join(trace._repr_mimebundle_()["text/html"] for _ in range(2))
    ids = re.findall(r' id="([^"]+)"', both)
    assert len(ids) == len(set(ids)) == 4


def test_gap_is_marked_where_it_is():
    """F13: the bound of a recording shows in both forms."""
    trace = Trace((connection(echo_events(), gap=4, left_out=1000),))
    text = str(trace).splitlines()
    assert text[3] == "  … 1000 events left out"
    assert "… 1000 events left out" in trace._repr_mimebundle_()["text/html"]


LONG = [
    Head("client", "GET /a/path/of/some/length?room=blue HTTP/1.1", (), 0),
    Head("server", "HTTP/1.1 101 Switching Protocols", (), 0),
    frame("client", b"x" * 128, 0, length=1_000_000),
    receive("x" * 1_000_000, 0),
    send("y" * 1_000_000, 0),
    frame("server", b"y" * 128, 0, length=1_000_000),
    frame("server", b"\x03\xf3" + b"because it had to be so", None, Opcode.CLOSE),
    ApplicationEvent("raised", "application", detail="ValueError: " + "so " * 60),
    TcpEnd("server", "FIN"),
]


def text_of(events, columns):
    return ladder_text(ladder_of((connection(events),)), columns)


@pytest.mark.parametrize("columns", [60, 72, 80, 100, 120, 200])
def test_a_ladder_takes_the_width_that_there_is(columns):
    lines = text_of(LONG, columns).splitlines()
    assert max(map(len, lines)) == columns
    bars = {tuple(i for i, c in enumerate(line) if c == "│") for line in lines[1:]}
    (places,) = bars
    assert places[0] == 0
    assert lines[0].index("application") == places[1] + 1
    assert all("1000000 B" in line for line in lines[3:5])
    assert "1011" in lines[5]


def test_a_ladder_is_88_columns_wide_and_never_less_than_60():
    assert text_of(LONG, 88) == Trace((connection(LONG),)).text
    assert text_of(LONG, 20) == text_of(LONG, 60)


def test_a_ladder_without_a_wire_has_the_application_alone():
    alone = Connection.of([receive("hello", 0), LONG[-2]])
    lines = ladder_text(ladder_of((alone,)), 80).splitlines()
    assert lines[:2] == ["application", '│ → receive "hello"']
    assert len(lines[2]) == 80


def test_the_lines_of_a_ladder_have_styles_and_are_its_text():
    ladder = ladder_of((connection(LONG), connection(LONG[:3])))
    lines = list(ladder_lines(ladder, 100))
    joined = ["".join(part.text for part in line).rstrip() for line in lines]
    assert "\n".join(joined) == ladder_text(ladder, 100)
    styles = {part.style for line in lines for part in line}
    assert styles >= {"title", "header", "lane", "client", "server", "failed"}


@pytest.mark.parametrize(
    ("event", "failed"),
    [
        (TcpEnd("client", "FIN"), False),
        (TcpEnd("client", "reset"), True),
        (frame("server", b"\x03\xe8", None, Opcode.CLOSE), False),
        (frame("server", b"", None, Opcode.CLOSE), False),
        (frame("server", b"\x03\xf3", None, Opcode.CLOSE), True),
        (frame("server", b"\x0f\xa0", None, Opcode.CLOSE), False),
        (Head("server", "HTTP/1.1 403 Forbidden", (), 0), True),
        (Head("server", "HTTP/1.1 101 Switching Protocols", (), 0), False),
        (ApplicationEvent("raised", "application"), True),
        (ApplicationEvent("returned", "application"), False),
        (ApplicationEvent("websocket.disconnect", "server", code=1006), True),
        (ApplicationEvent("websocket.disconnect", "server", code=1005), False),
        (ApplicationEvent("websocket.send failed", "server"), True),
    ],
)
def test_a_row_of_a_failure_says_so(event, failed):
    is_application = isinstance(event, ApplicationEvent)
    label = application_label(event) if is_application else wire_label(event)
    assert label.failed == failed
