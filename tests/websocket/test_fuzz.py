"""What a hostile client sends ends neither the server nor another client's connection.

Raw bytes against uvicorn: frames that break RFC 6455 in every way, and messages that
are no JSON, or JSON of the worst kind (F37). After each, a second client, connected
since before, must still get its echo.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wslab import Application, WebSocketDisconnect
from wslab.websocket.rooms import Rooms

WAIT = 30
HANDSHAKE = (
    b"Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


def application(raised):
    """An echo of raw messages, one of JSON, and a chat that takes objects only."""
    app = Application()
    rooms = Rooms(history=5)

    @app.on_ws_request("/raw")
    async def raw(scope, info, matches, web_socket):
        await web_socket.accept()
        while (content := await web_socket.receive()) is not None:
            await web_socket.send(content)

    @app.websocket_route("/json", value_type="json")
    async def echo(ws):
        async for value in ws:
            await ws.send(value)

    @app.websocket_route("/chat", value_type="json")
    async def chat(ws):
        async with rooms.membership("chat", ws) as room:
            async for value in ws:
                text = value.get("text") if isinstance(value, dict) else None
                await room.broadcast({"text": text})

    async def recording(scope, receive, send):
        try:
            await app(scope, receive, send)
        except Exception as error:
            raised.append(error)
            raise

    return recording


class Client:
    """A raw socket that has shaken hands."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.finished = False

    @classmethod
    @asynccontextmanager
    async def connected(cls, port, path):
        """Connect; vanish at the end of the block."""
        client = cls(*await asyncio.open_connection("127.0.0.1", port))
        client.writer.write(f"GET {path} HTTP/1.1\r\n".encode() + HANDSHAKE)
        head = await client.reader.readuntil(b"\r\n\r\n")
        try:
            assert head.startswith(b"HTTP/1.1 101"), head
            yield client
        finally:
            client.writer.transport.abort()
            with suppress(ConnectionError):
                await client.writer.wait_closed()

    def send(self, payload, opcode=TEXT):
        self.writer.write(frame(payload, opcode))

    async def receive(self):
        """Return the opcode and payload of the next frame."""
        first, size = await self.reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await self.reader.readexactly(8), "big")
        return first & 15, await self.reader.readexactly(size)

    def finish(self):
        """Say that nothing follows, not even an answer to the close frame."""
        self.finished = True
        self.writer.write_eof()

    async def ended(self):
        """Read to the end of the stream; return the close code, None without one."""
        code = None
        try:
            while True:
                opcode, payload = await self.receive()
                if opcode == CLOSE and len(payload) >= 2:
                    code = int.from_bytes(payload[:2], "big")
                    if not self.finished:
                        self.writer.write(frame(payload[:2], CLOSE))
        except (asyncio.IncompleteReadError, ConnectionError):
            return code


def frame(payload, opcode=TEXT, first=0x80, masked=True):
    """Return a frame with the mask 0, or without a mask."""
    bit = 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        length = bytes([bit | size])
    elif size < 65536:
        length = bytes([bit | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([bit | 127]) + size.to_bytes(8, "big")
    return bytes([first | opcode]) + length + (bytes(4) if masked else b"") + payload


@asynccontextmanager
async def serving(raised):
    """Run uvicorn in this loop; yield its port."""
    config = uvicorn.Config(
        application(raised), loop="asyncio", port=0, log_config=None
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()
        await asyncio.gather(*server.server_state.tasks, return_exceptions=True)


@asynccontextmanager
async def beside_another(path):
    """Yield (port, raised); then a client that was there all along gets its echo."""
    raised = []
    async with (
        asyncio.timeout(WAIT * 3),
        serving(raised) as port,
        Client.connected(port, path) as other,
    ):
        yield port, raised
        other.send(b'{"text":"still here"}')
        while (got := await other.receive()) != (TEXT, b'{"text":"still here"}'):
            assert got[0] == TEXT, got  # what the hostile one sent to the room
        async with Client.connected(port, path):
            pass  # a newcomer is let in


@asynccontextmanager
async def hostile(path):
    """Yield a client that may do its worst; the application raises nothing."""
    async with (
        beside_another(path) as (port, raised),
        Client.connected(port, path) as client,
    ):
        yield client
    assert raised == []


DEEP = b"[" * 1_000_000
NO_JSON = {
    "a million brackets": (DEEP, 1007),
    "nested as deep, and closed": (DEEP + b"]" * 1_000_000, 1007),
    "objects nested": (b'{"a":' * 100_000, 1007),
    "no JSON": (b"hello", 1007),
    "nothing": (b"", 1007),
    "NaN": (b"NaN", 1007),
    "a number too long to be an int": (b"9" * 5000, 1007),
    "a number beyond a float": (b"1e999", 1007),
    "a lone surrogate": (rb'"\ud800"', 1007),
    "surrogates in the wrong order": (rb'{"text":"\udfff\ud800"}', 1007),
}
JSON = [
    b"5",
    b"null",
    b"[1]",
    b'"text"',
    b"{}",
    rb'"\ud83d\ude00"',
    rb'{"text":"\ud83d\ude00"}',
]


@pytest.mark.parametrize("path", ["/json", "/chat"])
@pytest.mark.parametrize("name", NO_JSON)
async def test_what_is_no_json_closes_its_own_connection_alone(path, name):
    payload, code = NO_JSON[name]
    async with hostile(path) as client:
        client.send(payload)
        assert await client.ended() == code


@pytest.mark.parametrize("payload", JSON)
async def test_json_that_is_no_object_is_a_message_like_any(payload):
    async with beside_another("/chat") as (port, raised):
        for path in ("/json", "/chat"):
            async with Client.connected(port, path) as client:
                client.send(payload)
                opcode, content = await client.receive()
                assert opcode == TEXT
                value = json.loads(payload)
                text = value.get("text") if isinstance(value, dict) else None
                expected = value if path == "/json" else {"text": text}
                assert json.loads(content) == expected
    assert raised == []


async def test_a_binary_message_for_a_json_view():
    async with hostile("/json") as client:
        client.send(b"\xff\x00", BINARY)
        assert await client.ended() in (1003, 1007)


@pytest.mark.parametrize(
    ("broken", "codes"),
    [
        (frame(b"hello", masked=False), {1002}),
        (frame(b"\xed\xa0\x80"), {1007}),  # a lone surrogate, as UTF-8 has none
        (frame(b"\xff"), {1007}),
        (frame(b"", opcode=3), {1002}),
        (frame(b"x", first=0xF0), {1002}),  # reserved bits
        (frame(b"x" * 126, opcode=PING), {1002}),
        (frame(b"x", opcode=0), {1002}),  # a continuation of nothing
        (frame(b"x", first=0) + frame(b"y"), {1002}),  # a message within a message
        (frame(b"x", opcode=CLOSE), {1002}),
        (frame((1005).to_bytes(2, "big"), opcode=CLOSE), {1002}),
        (frame(b"\x03\xe8\xff", opcode=CLOSE), {1002, 1007}),
        (b"\x81\xff" + b"\xff" * 8, {1002, 1009}),  # 2**64 - 1 bytes announced
        (b"\x81\xff" + (1 << 40).to_bytes(8, "big") + bytes(4), {1009}),
    ],
)
async def test_a_frame_that_breaks_the_protocol(broken, codes):
    """RFC 6455 sections 5.1-5.5 and 7.4: 1002, 1007 or 1009, for its sender alone."""
    async with hostile("/raw") as client:
        client.writer.write(broken)
        assert await client.ended() in codes


frames = st.builds(
    frame,
    st.binary(max_size=200),
    st.integers(0, 15),
    st.sampled_from([0x80, 0x80, 0x00, 0xC0, 0xF0]),
    st.sampled_from([True, True, True, False]),
)
streams = st.lists(st.one_of(frames, frames, st.binary(max_size=40)), max_size=8)


@pytest.fixture
def fuzzed():
    """Run `of(port)` on one server, which has to outlive all the examples."""
    with asyncio.Runner() as runner:
        raised = []
        server = serving(raised)
        port = runner.run(server.__aenter__())

        async def bounded(of):
            async with asyncio.timeout(WAIT):
                await of(port)

        yield lambda of: runner.run(bounded(of))
        runner.run(server.__aexit__(None, None, None))
        # a view that does not catch a 1002 leaves its disconnect to the server's log
        assert {type(error) for error in raised} <= {WebSocketDisconnect}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(streams, st.sampled_from(["/raw", "/json"]))
def test_fuzzed_frames(fuzzed, stream, path):
    """Whatever the bytes are, and wherever they end."""

    async def attack(port):
        async with Client.connected(port, path) as client:
            client.writer.write(b"".join(stream))
            client.finish()
            await client.ended()
        async with Client.connected(port, path) as other:
            other.send(b"[]")
            assert await other.receive() == (TEXT, b"[]")

    fuzzed(attack)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(values)
def test_fuzzed_json(fuzzed, value):
    """What Python's encoder writes is echoed, or refused for NaN, which JSON lacks."""
    content = json.dumps(value)

    async def echo(port):
        async with Client.connected(port, "/json") as client:
            client.send(content.encode())
            if is_json(content):
                _, echoed = await client.receive()
                assert json.loads(echoed) == value
            else:
                assert await client.ended() == 1007

    fuzzed(echo)


def is_json(content):
    """Tell whether this is JSON (RFC 8259), which has no NaN."""

    def refuse(name):
        raise ValueError(name)

    try:
        json.loads(content, parse_constant=refuse)
    except ValueError:
        return False
    return True
