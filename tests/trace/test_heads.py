"""Heads off the wire in any chunking, bodies passed over (F33, F43)."""

from hypothesis import given
from hypothesis import strategies as st

from wslab.trace.model import Head
from wslab.trace.recording import Activity, RecordedConnection
from wslab.trace.wire import heads as heads_module
from wslab.trace.wire.heads import HEAD_LIMIT, HeadReader
from wslab.trace.wire.wire import Wire

STREAM = (
    b"HTTP/1.1 100 Continue\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\nHTTP/1.1 500 Not a head\r\n\r\n"
    b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"4;note=1\r\nabcd\r\n1A\r\nHTTP/1.1 500 Neither\r\n\r\n!!\r\n0\r\n\r\n"
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x00"
)


@given(st.lists(st.integers(0, 60), max_size=30))
def test_bodies_are_passed_over_in_any_chunking(sizes):
    """F43: what looks like a head inside of a body is none."""
    reader = HeadReader("server")
    heads: list[Head] = []
    rest = STREAM
    for size in [*sizes, len(STREAM)]:
        reader.feed(rest[:size])
        rest = rest[size:]
        while (head := reader.next_head(len(heads))) is not None:
            heads.append(head)
            if head.status not in (100, 101):
                reader.expect_body(head)
            if head.status == 101:
                break
        if len(heads) == 4:
            reader.feed(rest)
            break
    assert [h.status for h in heads] == [100, 200, 404, 101]
    assert [h.exchange for h in heads] == [0, 1, 2, 3]
    assert reader.take_rest() == b"\x81\x00"


def test_body_without_an_end_ends_the_reading():
    """F11: a response without a length lasts as long as its connection."""
    reader = HeadReader("server")
    reader.feed(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
    head = reader.next_head(0)
    reader.expect_body(head)
    assert reader.next_head(1) is None


@given(st.binary(max_size=300))
def test_anything_may_be_on_the_wire(data):
    """Reading never raises, whatever is sent to the port."""
    for sender in ("client", "server"):
        reader = HeadReader(sender)
        reader.feed(data + b"\r\n\r\n")
        while (head := reader.next_head(0)) is not None:
            reader.expect_body(head)
            assert isinstance(str(head), str)


def test_a_head_without_an_end_is_not_kept():
    """Memory is bounded: what is longer than a server reads is no head."""
    reader = HeadReader("client")
    for _ in range(2 * HEAD_LIMIT // 1024):
        reader.feed(b"x" * 1024)
        assert reader.next_head(0) is None
    reader.feed(b"\r\n\r\nGET / HTTP/1.1\r\n\r\n")
    assert reader.next_head(0) is None


def test_text_is_normalised_and_headers_are_not():
    """F33: the key that a cell computes with is real, the one that is shown is not."""
    reader = HeadReader("client")
    reader.feed(
        b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1:50123\r\nOrigin: http://[::1]:9\r\n"
        b"User-Agent: Python/3.11 websockets/17.4\r\nAccept: text/html\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    head = reader.next_head(0)
    assert str(head).splitlines() == [
        "GET /echo HTTP/1.1",
        "Host: 127.0.0.1:PORT",
        "Origin: http://[::1]:PORT",
        "User-Agent: Python websockets",
        "Accept: text/html",
        "Sec-WebSocket-Key: (16 random bytes in base64)",
    ]
    assert head.get("sec-websocket-key") == "dGhlIHNhbXBsZSBub25jZQ=="
    assert (head.get("host"), head.get("cookie")) == ("127.0.0.1:50123", None)
    assert (head.target, head.status) == ("/echo", None)


UPGRADE = b"GET /echo HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


def frames_of(early: list[bytes]) -> list[bytes]:
    """The payloads recorded when a client sends chunks before it is answered."""
    connection = RecordedConnection(Activity())
    wire = Wire(connection)
    for chunk in (UPGRADE, *early):
        wire.data("client", chunk)
    wire.data("server", SWITCH + b"\x81\x01s")
    wire.data("client", b"\x81\x01c")
    return [frame.payload for frame in connection.take().frames]


def test_frames_before_the_response_wait_for_it(monkeypatch):
    """F33: an impatient client's frames count, unless they are too many to keep."""
    early = [b"\x81\x05early", b"\x81\x04er\r\n"]
    assert frames_of(early) == [b"early", b"er\r\n", b"s", b"c"]
    monkeypatch.setattr(heads_module, "WAITING_LIMIT", 10)
    assert frames_of(early) == [b"s"]
