"""What an explanation is, what it points to, and what it is of little of a trace."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.atlas.store import names
from wslab.lab import serve
from wslab.trace.causes.shown import CASES, SHOWN
from wslab.trace.explain import explain
from wslab.trace.model import (
    ApplicationEvent,
    Connection,
    Frame,
    GoAway,
    Head,
    Opcode,
    TcpEnd,
)
from wslab.trace.recorder import Recorder
from wslab.trace.trace import Trace

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)

ACCEPT = "HTTP/1.1 101 Switching Protocols"


def head(start, *headers, exchange=0):
    sender = "server" if start.startswith("HTTP") else "client"
    return Head(sender, start, headers, exchange)


def step(kind, **fields):
    received = kind in ("websocket.connect", "websocket.disconnect")
    return ApplicationEvent(kind, "server" if received else "application", **fields)


def close(sender, code, reason=b""):
    payload = code.to_bytes(2, "big") + reason
    return Frame(
        *(sender, Opcode.CLOSE, True, sender == "client", False),
        *(len(payload), payload, len(payload), None),
    )


def text(number):
    return Frame("client", Opcode.TEXT, True, True, False, 2, b"hi", 2, number)


def ping(sender, opcode=Opcode.PING):
    return Frame(sender, opcode, True, sender == "client", False, 1, b"p", 1, None)


HANDSHAKE = [
    head("GET / HTTP/1.1", ("Upgrade", "websocket"), ("Connection", "Upgrade")),
    step("websocket.connect"),
    step("websocket.accept"),
    head(ACCEPT),
]
BEHIND_A_PROXY = [
    head("GET / HTTP/1.1", ("Upgrade", "websocket"), ("X-Real-IP", "10.0.0.1")),
    *HANDSHAKE[1:],
]


def anchors():
    """The sections of all chapters, as the site publishes them."""
    import nbformat
    from markdown.extensions.toc import slugify

    found = set()
    for path in NOTEBOOKS.glob("*.ipynb"):
        chapter = path.stem.split("-", 1)[1]
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for title in HEADING.findall(cell.source):
                    found.add(f"{chapter}/#{slugify(title.replace('`', ''), '-')}")
    return found


@pytest.mark.system("reads chapters with what builds the site")
def test_each_cause_points_to_a_section_that_exists():
    wanted = {shown.section for shown in SHOWN.values() if shown.section}
    assert wanted - anchors() == set()


def test_each_scenario_is_in_the_atlas():
    wanted = {shown.scenario for shown in SHOWN.values() if shown.scenario}
    assert (wanted | CASES) - set(names()) == set()


@pytest.mark.parametrize(
    "events",
    [[], HANDSHAKE[:2], HANDSHAKE, [*HANDSHAKE, step("returned")]],
)
def test_what_has_not_ended_has_no_explanation(events):
    """Nor has a call that returned while the connection is there."""
    assert explain(Connection.of(events, is_open=True)) is None


@pytest.mark.parametrize(
    ("events", "cause"),
    [
        ([*HANDSHAKE, TcpEnd("server", "FIN")], "unknown"),
        ([*HANDSHAKE, close("server", 1011), TcpEnd("server", "FIN")], "unknown"),
        ([head("GET / HTTP/1.1"), TcpEnd("server", "FIN")], "unknown"),
        ([TcpEnd("client", "FIN")], "no-request"),
    ],
)
def test_unknown_rather_than_a_guess(events, cause):
    """And the text says what the trace does show."""
    assert explain(Connection.of(events)).cause == cause


def test_the_first_cause_counts_and_not_the_last_symptom():
    """The client left; that the handler raised because of it came afterwards."""
    error = step(
        "raised", detail="WebSocketDisconnect: (1006, '')", place="a.py, line 3"
    )
    gone = [TcpEnd("client", "FIN"), step("websocket.disconnect", code=1006), error]
    found = explain(Connection.of([*HANDSHAKE, *gone]))
    assert (found.cause, found.evidence) == ("client-left", (4, 6))
    assert str(found) == (
        "The client ended the TCP connection (FIN) without a close frame; then the "
        "handler raised WebSocketDisconnect: (1006, '') (a.py, line 3)."
    )


def test_a_close_frame_of_the_server_before_the_handler_returned():
    """The handler returned since it was told of the end."""
    told = step("websocket.disconnect", code=1012)
    events = [*HANDSHAKE, told, step("returned"), close("server", 1012)]
    found = explain(Connection.of([*events, TcpEnd("server", "FIN")]))
    assert found.cause == "shutdown"


def test_a_pong_in_vain_without_the_application():
    """It may have come late: nobody knows whether the handler has received."""
    asked, late = ping("server"), ping("client", Opcode.PONG)
    end = [close("server", 1011, b"keepalive ping timeout"), TcpEnd("server", "FIN")]
    wire = [it for it in HANDSHAKE if isinstance(it, Head)]
    found = explain(Connection.of([*wire, text(0), asked, late, *end]))
    assert found.cause == "unknown"
    silent = explain(Connection.of([*wire, text(0), asked, *end]))
    assert silent.cause == "client-silent"


@pytest.mark.parametrize(
    ("silence", "cause"),
    [(60.003, "proxy-idle"), (5.0, "proxy-idle"), (57.3, "client-left")],
)
def test_the_idle_limit_of_a_proxy(silence, cause):
    """A silence of a whole number of seconds, as limits are: only probably."""
    events = [*BEHIND_A_PROXY, text(0), TcpEnd("client", "FIN")]
    times = (0.0, 0.0, 0.1, 0.1, 3.2, 3.2 + silence)
    found = explain(replace(Connection.of(events), times=times))
    assert found.cause == cause
    if cause == "proxy-idle":
        assert found.text.startswith("Probably the idle limit of a proxy: after ")
        assert f"{round(silence)} s" in found.text


def test_the_same_silence_without_a_proxy():
    events = [*HANDSHAKE, TcpEnd("client", "FIN")]
    times = (0.0, 0.0, 0.0, 0.0, 60.0)
    assert explain(replace(Connection.of(events), times=times)).cause == "client-left"


@pytest.mark.parametrize(
    ("paused", "pong", "cause"),
    [
        (True, False, "handler-not-receiving"),
        (False, True, "handler-not-receiving"),
        (False, False, "client-silent"),
    ],
)
def test_whose_fault_a_missing_pong_is(paused, pong, cause):
    """A message waits: did the server read on, and is there a pong behind it?"""
    events = [*HANDSHAKE, text(0), ping("server")]
    events += [ping("client", Opcode.PONG)] * pong
    events += [close("server", 1011, b"keepalive ping timeout")]
    connection = Connection.of([*events, TcpEnd("server", "FIN")])
    assert explain(replace(connection, paused=paused)).cause == cause


def test_a_look_that_has_only_the_end():
    """What an earlier look has shown is known from what it left behind."""
    both = Connection.of([*HANDSHAKE, close("client", 1000), TcpEnd("server", "FIN")])
    end = replace(both, events=both.events[-1:], gap=1, continued=True)
    assert (explain(end).cause, explain(end).failed) == ("client-closed", False)


def test_a_continuation_whose_beginning_was_not_kept_breaks_nothing():
    rest = Frame("client", Opcode.CONTINUATION, True, True, False, 2, b"hi", 2, 0)
    events = [rest, step("returned"), TcpEnd("server", "FIN")]
    both = Connection.of([*HANDSHAKE, *events])
    later = replace(both, events=tuple(events), gap=3, continued=True)
    assert explain(later).cause == "handler-returned"


@pytest.mark.parametrize("status", ["503 Service Unavailable", "403 Forbidden"])
def test_a_refusal_where_no_application_is_recorded(status):
    """In front of a proxy's server nobody knows whether the application was called."""
    asks = head("GET / HTTP/1.1", ("Upgrade", "websocket"), ("Connection", "Upgrade"))
    key = "AAAAAAAAAAAAAAAAAAAAAA=="
    more = [("Host", "x"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", key)]
    valid = (*asks.headers, *more)
    events = [asks._replace(headers=valid), head(f"HTTP/1.1 {status}")]
    found = explain(Connection.of([*events, TcpEnd("server", "FIN")]))
    assert found.cause == "unknown"
    assert status in found.text


async def test_the_application_alone():
    """Without a wire: the end of the call ends it."""
    recorder = Recorder()

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

    events = [
        {"type": "websocket.connect"},
        {"type": "websocket.disconnect", "code": 1000},
    ]

    async def receive():
        return events.pop(0)

    async def send(event):
        pass

    await recorder.application(app)({"type": "websocket"}, receive, send)
    found = recorder.take().explanation
    assert (found.cause, found.failed) == ("disconnected", False)


async def test_a_request_for_a_websocket_that_uvicorn_cannot_answer():
    """Without a library it calls the application for plain HTTP."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body"})

    async with serve(app, ws="none", lifespan="off") as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        found = server.trace.explanation
    assert found.cause == "no-websocket-library"
    assert found.section == "first-hour/#no-supported-websocket-library-detected"


RETURNED = [*HANDSHAKE, step("returned"), TcpEnd("server", "FIN")]
CLOSED = [*HANDSHAKE, close("client", 1000), TcpEnd("server", "FIN")]


def test_the_line_is_under_the_ladder_of_a_failed_connection():
    """In the text, in the picture and in its description; elsewhere it is not."""
    why = "The handler returned without closing: no close frame was sent,"
    failed = Trace((Connection.of(RETURNED),))
    assert failed.text.splitlines()[-1].startswith(f"  {why}")
    picture = failed._repr_mimebundle_()["text/html"]
    assert picture.count(why[:40]) == 2
    assert failed.explanation.text in failed.text
    closed = Trace((Connection.of(CLOSED),))
    assert closed.explanation.text not in closed.text
    with pytest.raises(LookupError):
        _ = Trace(()).explanation


def test_a_long_line_is_wrapped():
    long = step("raised", detail=f"ValueError: {'word ' * 40}", place="a.py, line 1")
    lines = Trace((Connection.of([*HANDSHAKE, long, TcpEnd("server", "FIN")]),)).text
    assert max(map(len, lines.splitlines())) <= 88
    assert "client sees 1006." in lines


POOL = [
    *HANDSHAKE,
    *BEHIND_A_PROXY[:1],
    head("GET / HTTP/1.1"),
    head("HTTP/1.1 500 Internal Server Error"),
    head("HTTP/1.1 403 "),
    head(ACCEPT, exchange=1),
    step("http"),
    step("websocket.close"),
    step("websocket.close", code=1005, reason="\ud800" * 200),
    step("websocket.close", routed=False),
    step("websocket.close failed", detail="ProtocolError: no"),
    step("websocket.close failed", detail="ClientDisconnected"),
    step("websocket.accept failed", detail=""),
    step("websocket.send"),
    step("websocket.send failed", detail="ClientDisconnected"),
    step("websocket.http.response.start", code=401),
    step("websocket.receive", pair=("receive", 0)),
    step("websocket.disconnect", code=1006),
    step("returned"),
    step("raised", detail="CancelledError"),
    step("raised", detail="ValueError: a\nb", place="a.py, line 1"),
    *(close(sender, code) for sender in ("client", "server") for code in (1000, 1002)),
    *(close("server", code, b"keepalive ping timeout") for code in (1009, 1011, 1012)),
    close("client", 1001),
    text(0),
    text(1)._replace(fin=False),
    text(2)._replace(payload=b"\xff"),
    text(3)._replace(masked=False, reserved=4),
    text(4)._replace(compressed=True, size=None),
    ping("server"),
    ping("client", Opcode.PONG),
    *(
        TcpEnd(sender, how)
        for sender in ("client", "server")
        for how in ("FIN", "reset")
    ),
    TcpEnd("client", "RST_STREAM CANCEL"),
    GoAway("server", "NO_ERROR"),
]


@given(
    st.lists(st.sampled_from(POOL), min_size=1, max_size=10),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 10),
)
def test_any_trace_has_an_explanation_or_none(events, known, paused, continued, gap):
    """A ladder shows it, so whatever was recorded, and whatever is missing of it."""
    events = [*HANDSHAKE, *events] if known else events
    connection = replace(
        Connection.of(events),
        paused=paused,
        continued=continued,
        gap=min(gap, len(events)),
        left_out=int(gap < len(events)),
        is_application_recorded=known,
        times=tuple(float(5 * i) for i in range(len(events))),
    )
    found = explain(connection)
    if found is not None:
        assert found.text.endswith(".")
        assert "\n" not in found.text
        assert all(index < len(events) for index in found.evidence)
    assert Trace((connection,)).text
