"""The taps change nothing: a recorded protocol does what the same one does alone."""

import asyncio
import re

import pytest
import uvicorn
from hypothesis import example, given
from hypothesis import strategies as st
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from wslab.trace.recorder import Recorder
from wslab.trace.wire.wire import Wire

UPGRADE = (
    b"GET /echo?token=hush HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
GET = b"GET /plain HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /plain HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


class Line(asyncio.Transport):
    """A transport in memory: keeps what a server writes, and how it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.did: list[object] = []
        self.closing = False

    def write(self, data):
        if not self.closing:
            self.did.append(bytes(data))

    def close(self):
        self._end("close")

    def abort(self):
        self._end("abort")

    def _end(self, how):
        if not self.closing:
            self.closing = True
            self.did.append(how)
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def set_protocol(self, protocol):
        self.protocol = protocol

    def is_closing(self):
        return self.closing

    def get_extra_info(self, name, default=None):
        return {"peername": ("::1", 1), "sockname": ("::1", 2)}.get(name, default)

    def pause_reading(self):
        self.did.append("pause")

    def resume_reading(self):
        self.did.append("resume")


async def echo(scope, receive, send):
    if scope["type"] == "http":
        event = await receive()
        start = {"type": "http.response.start", "status": 200, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": event.get("body", b"")})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})


async def talk(factory, app, chunks):
    """What a server does with chunks of bytes, each handled before the next comes."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        lifespan="off",
        interface="asgi3",
        ws="websockets-sansio",
        ws_ping_interval=None,
        date_header=False,
    )
    config.load()
    state = ServerState()
    protocol = factory(config=config, server_state=state, app_state={})
    line = Line()
    line.protocol = protocol
    protocol.connection_made(line)
    for chunk in chunks:
        if line.closing:
            break
        try:
            line.protocol.data_received(chunk)
        except Exception as error:  # the event loop would close the connection
            line.did.append(type(error))
            line.abort()
        await rest()
    line.abort()
    await rest()
    for task in state.tasks:
        task.cancel()
    await asyncio.gather(*state.tasks, return_exceptions=True)
    return line.did


async def rest():
    """Let what has begun go on until it waits for the client."""
    for _ in range(30):
        await asyncio.sleep(0)


def frame(payload: bytes) -> bytes:
    return bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload


lengths = st.sampled_from(["²".encode(), b"9" * 5000, b"3", b"-1", b"2, 2", b"0"])
texts = st.sampled_from(
    [b"hush", b"\xff\xfe", "²".encode(), b"a, b", b"\x00", b"x" * 99]
)
names = st.sampled_from(
    [
        b"Cookie",
        b"Authorization",
        b"Sec-WebSocket-Protocol",
        b"X",
        b" folded",
        b"Upgrade",
    ]
)
pieces = st.one_of(
    st.sampled_from([UPGRADE, GET, POST, CHUNKED, b"\r\n", b"\n", b"\r\n\r\n"]),
    st.builds(lambda v: b"Content-Length: " + v + b"\r\n", lengths),
    st.builds(lambda n, v: n + b": " + v + b"\r\n", names, texts),
    st.sampled_from(
        [b"3\r\nabc\r\n", b"0\r\n", b"0\r\nTrailer: x\r\n\r\n", b"fffffff\r\n"]
    ),
    st.builds(frame, st.binary(max_size=100)),
    st.sampled_from(
        [frame(b"hello"), b"\x88\x82\0\0\0\0\x03\xe8", b"\xc1\x81\0\0\0\0x"]
    ),
    st.binary(max_size=60),
)
chunks = st.lists(st.lists(pieces, max_size=6).map(b"".join).filter(bool), max_size=5)


@pytest.mark.parametrize("protocol", [H11Protocol, HttpToolsProtocol])
@given(chunks)
@example([POST + "Content-Length: ²\r\n\r\n".encode()])
@example([POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n"])
@example([CHUNKED + b"3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n" + GET + b"\r\n"])
@example([CHUNKED + b'3;a="b;\\"c"\r\nabc\r\n0;d\r\n\r\n' + GET + b"\r\n"])
@example([CHUNKED + b"3;a=b\rc\r\nabc\r\n0\r\n\r\n" + GET + b"\r\n"])
@example([CHUNKED + b'3;a="b\r\n c"\r\nabc\r\n0\r\n\r\n' + GET + b"\r\n"])
@example([CHUNKED + b"3;a=", b"x" * 100_000, b"\r\nabc\r\n0\r\n\r\n" + GET + b"\r\n"])
@example([UPGRADE + b"Sec-WebSocket-Protocol: a, ,\r\n\r\n", frame(b"hello")])
def test_a_recorded_server_does_what_it_does_alone(protocol, chunks):
    """F34: whatever bytes come, it answers and ends as if nobody looked."""
    recorder = Recorder()
    recorded = recorder.protocol(protocol), recorder.application(echo)
    alone = asyncio.run(talk(protocol, echo, chunks))
    assert asyncio.run(talk(*recorded, chunks)) == alone
    trace = recorder.take()
    assert [c.fault for c in trace.connections] in ([], [None])
    assert isinstance(str(trace), str)


def statuses(trace):
    heads = [c.handshake.response for c in trace.connections]
    return [head and head.status for head in heads]


@pytest.mark.parametrize("length", ["²", "9" * 5000])
def test_a_length_that_uvicorn_refuses_is_recorded_as_refused(length):
    """RFC 9112 section 6.3: the 400 goes to the client and into the trace."""
    recorder = Recorder()
    recorded = recorder.protocol(H11Protocol), recorder.application(echo)
    request = POST + f"Content-Length: {length}\r\n\r\n".encode()
    did = asyncio.run(talk(*recorded, [request]))
    assert did[0].startswith(b"HTTP/1.1 400 ")
    assert statuses(recorder.take()) == [400]


def test_a_request_after_a_trailer_is_recorded():
    """RFC 9112 section 7.1.2: a trailer ends a body, not the recording."""
    recorder = Recorder()
    recorded = recorder.protocol(H11Protocol), recorder.application(echo)
    first = CHUNKED + b"3\r\nabc\r\n0\r\nDigest: x\r\n\r\n"
    asyncio.run(talk(*recorded, [first, GET + b"\r\n"]))
    text = str(recorder.take())
    assert re.search("│ POST /plain .*│ GET /plain ", text, re.DOTALL)


@pytest.mark.parametrize("protocol", [H11Protocol, HttpToolsProtocol])
@pytest.mark.parametrize(
    "extension",
    [
        b";a=b",
        b' ; a="x;y"',
        b"\t",
        b';a="b\r\n c"',
        b";a=b\r\n ;c",
        b";a=b\nc",
        b";a=\r",
    ],
)
def test_a_chunk_extension_is_read_as_the_server_reads_it(protocol, extension):
    """RFC 9112 section 7.1.1: a request behind it is in the trace if it is answered."""
    recorder = Recorder()
    recorded = recorder.protocol(protocol), recorder.application(echo)
    body = b"3" + extension + b"\r\nabc\r\n0\r\n\r\n"
    did = asyncio.run(talk(*recorded, [CHUNKED + body, GET + b"\r\n"]))
    sent = b"".join(part for part in did if isinstance(part, bytes))
    answers = re.findall(rb"HTTP/1.1 (\d+) ", sent)
    trace = recorder.take()
    assert statuses(trace) == [int(answers[0])]
    assert ("│ GET /plain " in str(trace)) == (len(answers) == 2)


@pytest.mark.parametrize(
    "where", ["3;a=%b\r\nabc\r\n0\r\n", "3\r\nabc\r\n0\r\nA: %b\r\n"]
)
def test_a_handshake_after_a_long_line_of_a_body_is_recorded(where):
    """RFC 9112 section 7.1.1: what httptools takes in pieces, the recorder takes."""
    recorder = Recorder()
    recorded = recorder.protocol(HttpToolsProtocol), recorder.application(echo)
    body = where.encode() % (b"x" * 200_000) + b"\r\n"
    pieces = [body[start : start + 50_000] for start in range(0, len(body), 50_000)]
    asyncio.run(talk(*recorded, [CHUNKED, *pieces, UPGRADE + b"\r\n", frame(b"hello")]))
    connection = recorder.take().connection
    assert connection.handshake.response.status == 101
    assert [f.payload for f in connection.frames[:2]] == [b"hello", b"hello"]


def test_a_wire_that_fails_is_noted_and_the_server_goes_on(monkeypatch):
    """F34: a fault that nobody has found yet costs the frames, not the connection."""

    def fail(self, sender, data):
        raise ZeroDivisionError("of the recorder")

    recorder = Recorder()
    recorded = recorder.protocol(H11Protocol), recorder.application(echo)
    alone = asyncio.run(talk(H11Protocol, echo, [UPGRADE + b"\r\n", frame(b"hello")]))
    monkeypatch.setattr(Wire, "feed", fail)
    did = asyncio.run(talk(*recorded, [UPGRADE + b"\r\n", frame(b"hello")]))
    assert did == alone
    connection = recorder.take().connection
    assert re.fullmatch(r"ZeroDivisionError in line \d+ of .*\.py", connection.fault)
    assert connection.frames == []
    assert [e.type for e in connection.application][-2:] == [
        "websocket.disconnect",
        "returned",
    ]
