"""Heads off the wire in any chunking, bodies passed over (F33, F43)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.trace.model import Frame, Head
from wslab.trace.wire import heads as heads_module
from wslab.trace.wire.heads import HEAD_LIMIT, HeadReader
from wslab.trace.wire.wire import Wire

STREAM = (
    b"HTTP/1.1 100 Continue\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\nHTTP/1.1 500 Not a head\r\n\r\n"
    b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'4;note="1;\r\\"2"\r\nabcd\r\n1A\r\nHTTP/1.1 500 Neither\r\n\r\n!!\r\n0\r\n\r\n'
    b"HTTP/1.1 405 Not Allowed\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"00000000000000000001\r\nx\r\n0\r\nDigest: HTTP/1.1 500 OK\r\nB: b\r\n\r\n"
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x00"
)


@given(st.lists(st.integers(0, 60), max_size=30))
def test_bodies_are_passed_over_in_any_chunking(sizes):
    """F43: what looks like a head inside of a body or of a trailer is none."""
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
        if len(heads) == 5:
            reader.feed(rest)
            break
    assert [h.status for h in heads] == [100, 200, 404, 405, 101]
    assert [h.exchange for h in heads] == [0, 1, 2, 3, 4]
    assert reader.take_rest() == b"\x81\x00"


def test_body_without_an_end_ends_the_reading():
    """F11: a response without a length lasts as long as its connection."""
    reader = HeadReader("server")
    reader.feed(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
    head = reader.next_head(0)
    reader.expect_body(head)
    assert reader.next_head(1) is None


@pytest.mark.parametrize(
    "length", ["²".encode(), b"9" * 5000, b"5, 6", b"-1", b"+5", b"0x5", "٣".encode()]
)
def test_a_length_that_is_none_ends_the_reading(length):
    """RFC 9112 section 6.3: nobody can say where such a body ends."""
    reader = HeadReader("client")
    reader.feed(b"GET / HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n")
    reader.expect_body(reader.next_head(0))
    reader.feed(b"GET /next HTTP/1.1\r\n\r\n")
    assert reader.next_head(1) is None


def test_a_length_may_be_said_twice():
    """RFC 9110 section 8.6: the same value again is the value."""
    reader = HeadReader("client")
    reader.feed(b"GET / HTTP/1.1\r\nContent-Length: 2, 2\r\n\r\n")
    reader.expect_body(reader.next_head(0))
    reader.feed(b"xxGET /next HTTP/1.1\r\n\r\n")
    assert reader.next_head(1).target == "/next"


@pytest.mark.parametrize("status", ["²00", "20", "2000", "2x0", ""])
def test_a_status_is_three_digits(status):
    """RFC 9112 section 4: whatever else is no response."""
    line = f"HTTP/1.1 {status} OK\r\n\r\n".encode()
    assert Wire().feed("server", line) == []


def test_a_folded_header_is_one_line():
    """RFC 9112 section 5.2, F39: a secret is one wherever its line is broken."""
    reader = HeadReader("client")
    reader.feed(b"GET / HTTP/1.1\r\nAuthorization: Bearer\r\n hush\r\n\thush\r\n\r\n")
    assert reader.next_head(0).headers == (("Authorization", "Bearer ***"),)


def test_bare_line_feeds_and_empty_lines_before_a_request():
    """RFC 9112 section 2.2: what uvicorn's parsers take, the recorder takes."""
    reader = HeadReader("client")
    reader.feed(b"\r\nGET / HTTP/1.1\nHost: x\n\n")
    assert str(reader.next_head(0)) == "GET / HTTP/1.1\nHost: x"


@pytest.mark.no_cover  # which would take ten times as long
def test_many_chunks_are_read_in_linear_time():
    """F43: a body in tiny chunks that come at once; what is quadratic takes minutes."""
    reader = HeadReader("client")
    reader.feed(b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    reader.expect_body(reader.next_head(0))
    reader.feed(b"1\r\nx\r\n" * 300_000 + b"0\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
    assert reader.next_head(1).target == "/b"


LONG = b"x" * (3 * HEAD_LIMIT)


@pytest.mark.parametrize("size", [1, 1000, HEAD_LIMIT, 10 * HEAD_LIMIT])
@pytest.mark.parametrize(
    "body",
    [
        b'1;a="' + LONG + b'"\r\nx\r\n0\r\n\r\n',
        b"1\r\nx\r\n0;\ra=" + LONG + b"\r\n\r\n",
        b"0\r\nDigest: " + LONG + b"\r\nB: b\r\n\r\n",
        b"0\r\n\r" + LONG + b"\r\n\r\n",
    ],
    ids=["extension", "last chunk", "trailer", "bare CR"],
)
def test_a_line_between_chunks_may_be_long(body, size):
    """RFC 9112 section 7.1.1: what is unknown is passed over, in any chunking."""
    reader = HeadReader("client")
    reader.feed(b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    reader.expect_body(reader.next_head(0))
    for start in range(0, len(body), size):
        reader.feed(body[start : start + size])
        assert reader.next_head(1) is None
    reader.feed(b"GET /b HTTP/1.1\r\n\r\n")
    assert reader.next_head(1).target == "/b"


@pytest.mark.parametrize("line", [b"1;", b"0\r\nDigest: ", b"1", b"0\r\n\r"])
def test_a_chunk_line_without_an_end_is_not_kept(line):
    """Memory is bounded: a chunk's extensions may not grow for ever."""
    reader = HeadReader("client")
    reader.feed(b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + line)
    reader.expect_body(reader.next_head(0))
    for _ in range(2 * HEAD_LIMIT // 1024):
        reader.feed(b" " * 1024)
        assert reader.next_head(1) is None
    assert reader.ended == (line == b"1")  # a size, or what would be one
    assert len(reader.take_rest()) <= HEAD_LIMIT


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
    wire = Wire()
    events = [
        event for chunk in (UPGRADE, *early) for event in wire.feed("client", chunk)
    ]
    events += wire.feed("server", SWITCH + b"\x81\x01s")
    events += wire.feed("client", b"\x81\x01c")
    return [event.payload for event in events if isinstance(event, Frame)]


def test_frames_before_the_response_wait_for_it(monkeypatch):
    """F33: an impatient client's frames count, unless they are too many to keep."""
    early = [b"\x81\x05early", b"\x81\x04er\r\n"]
    assert frames_of(early) == [b"early", b"er\r\n", b"s", b"c"]
    monkeypatch.setattr(heads_module, "WAITING_LIMIT", 10)
    assert frames_of(early) == [b"s"]


def test_a_raw_client_reads_its_own_conversation():
    """F33: bytes in, events out, with no server and no recorder."""
    wire = Wire()
    assert [h.target for h in wire.feed("client", UPGRADE)] == ["/echo"]
    assert [h.status for h in wire.feed("server", SWITCH)] == [101]
    (frame,) = wire.feed("client", b"\x81\x85\0\0\0\0hello")
    assert (frame.sender, frame.payload, frame.masked) == ("client", b"hello", True)


def test_the_token_that_the_server_chose_is_masked():
    """F39: the offer shows that a name is a token, the response has it once more."""
    wire = Wire()
    offer = b"Sec-WebSocket-Protocol: access_token, hush\r\n\r\n"
    wire.feed("client", UPGRADE[:-2] + offer)
    (head,) = wire.feed("server", SWITCH[:-2] + b"Sec-WebSocket-Protocol: hush\r\n\r\n")
    assert head.get("sec-websocket-protocol") == "***"
