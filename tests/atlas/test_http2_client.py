"""The client on a stream of HTTP/2, against a server in the hands of the test."""

import asyncio
import socket
import struct
import zlib
from contextlib import asynccontextmanager

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    PingAckReceived,
    RequestReceived,
    SettingsAcknowledged,
    StreamEnded,
    StreamReset,
)
from h2.settings import SettingCodes, Settings

from wslab.atlas.acts import Connect, SendFrame, binary, close, text
from wslab.atlas.measure.client import LATENCY, Client
from wslab.atlas.measure.http2 import over_http2
from wslab.atlas.servers.process import ServerFailed
from wslab.atlas.views import client_view
from wslab.trace.model import Connection, Frame, GoAway, Head, Opcode, TcpEnd
from wslab.trace.wire.frames import FrameReader

ENABLED = {SettingCodes.ENABLE_CONNECT_PROTOCOL: 1}
WINDOW = 65_535
"""Bytes that either side may send at first (RFC 9113 section 6.9.2)."""


class Peer:
    """The server's side of a connection: what came is in `seen`, in order."""

    def __init__(self, reader, writer, settings):
        self.reader, self.writer = reader, writer
        self.h2 = H2Connection(H2Configuration(client_side=False))
        self.h2.local_settings = Settings(client=False, initial_values=settings)
        self.seen = []
        self.content = b""
        self.acknowledges = True

    async def until(self, kind):
        """Read until an event of that kind has come that was not waited for yet."""
        while not (found := [it for it in self.seen if isinstance(it, kind)]):
            data = await self.reader.read(65_536)
            assert data, f"the client ends TCP before {kind.__name__}"
            for event in self.h2.receive_data(data):
                self.seen.append(event)
                if isinstance(event, DataReceived):
                    self.content += event.data
                    if self.acknowledges:
                        self.give_back(event)
            self.push()
        self.seen.remove(found[0])
        return found[0]

    def give_back(self, event):
        self.h2.acknowledge_received_data(event.flow_controlled_length, 1)

    async def round_trip(self):
        """Wait until the client has taken all that was sent, and what it answered."""
        self.h2.ping(b"12345678")
        self.push()
        await self.until(PingAckReceived)

    def push(self):
        self.writer.write(self.h2.data_to_send())

    async def accept(self, status="200", *fields):
        await self.until(RequestReceived)
        self.h2.send_headers(1, [(":status", status), *fields])
        self.push()

    def send(self, data, **more):
        self.h2.send_data(1, data, **more)
        self.push()

    def frames(self):
        """The WebSocket's frames that have come."""
        return FrameReader("client").feed(self.content)


@asynccontextmanager
async def conversation(act=None, settings=ENABLED):
    """Yield a client and the server's side of it, before the request has come."""
    peers = asyncio.Queue()

    async def serve(reader, writer):
        peer = Peer(reader, writer, settings)
        peer.h2.initiate_connection()
        peer.push()
        await peers.put(peer)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        opening = asyncio.create_task(
            Client.open(over_http2, port, act or Connect(), "a-run.1")
        )
        peer = await peers.get()
        try:
            yield opening, peer
            for client in await asyncio.gather(opening, return_exceptions=True):
                if isinstance(client, Client):
                    await client.close()
        finally:
            opening.cancel()
            peer.writer.close()


@asynccontextmanager
async def opened(act=None, *fields):
    """Yield a client whose WebSocket is open, and the server's side of it."""
    async with conversation(act) as (opening, peer):
        await peer.accept("200", *fields)
        client = await opening
        await client.until(lambda: client.head is not None, 5)
        yield client, peer


async def ended(client):
    assert await client.until(lambda: False, 5)
    return client.events[-1][1]


def told(client):
    return client_view(client.events, body=client.body)


async def test_it_asks_with_an_extended_connect_once_the_settings_allow_it():
    act = Connect("/chat?a=1", (("origin", "null"),), ("one", "two"), "x-unknown")
    async with conversation(act, settings={}) as (opening, peer):
        await peer.until(SettingsAcknowledged)
        await peer.round_trip()
        assert not any(isinstance(it, RequestReceived) for it in peer.seen)
        peer.h2.update_settings(ENABLED)
        peer.push()
        request = await peer.until(RequestReceived)
        client = await opening
    assert request.headers == [
        (b":method", b"CONNECT"),
        (b":protocol", b"websocket"),
        (b":scheme", b"http"),
        (b":path", b"/chat?a=1"),
        (b":authority", b"127.0.0.1"),
        (b"x-run", b"a-run.1"),
        (b"sec-websocket-version", b"13"),
        (b"sec-websocket-protocol", b"one, two"),
        (b"sec-websocket-extensions", b"x-unknown"),
        (b"origin", b"null"),
    ]
    head = client.events[0][1]
    assert head.start == "CONNECT /chat?a=1 HTTP/2"
    assert head.get(":protocol") == "websocket"
    assert (head.get("x-run"), head.get(":path")) == (None, None)


async def test_a_server_whose_settings_do_not_allow_it_has_no_such_column(monkeypatch):
    monkeypatch.setattr("wslab.atlas.measure.http2.BOUND", 1.0)
    async with conversation(settings={}) as (opening, peer):
        await peer.until(SettingsAcknowledged)
        with pytest.raises(ServerFailed, match="no SETTINGS_ENABLE_CONNECT_PROTOCOL"):
            await opening


@pytest.mark.parametrize(("ends", "line"), [(True, ["TCP FIN"]), (False, [])])
async def test_a_server_without_settings_is_told_as_it_is(monkeypatch, ends, line):
    if not ends:
        monkeypatch.setattr("wslab.atlas.measure.http2.BOUND", 0.1)
    writers = []

    async def silent(reader, writer):
        writers.append(writer)
        if ends:
            await reader.readuntil(b"SM\r\n\r\n")
            writer.write_eof()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = await Client.open(over_http2, port, Connect(), "a-run.1")
        client.send_frame(text("hello"))
        client.reset()
        await client.close()
        writers[0].close()
    sent_by = [it for _, it in client.events if it.sender == "server"]
    assert [it.how for it in sent_by] == line


async def test_frames_are_read_out_of_data_in_any_pieces():
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    content = packer.compress(b"again") + packer.flush(zlib.Z_SYNC_FLUSH)
    packed = content.removesuffix(b"\0\0\xff\xff")
    wire = b"\x81\x05hello" + bytes([0xC1, len(packed)]) + packed + b"\x8a\x00"
    agreed = ("sec-websocket-extensions", "permessage-deflate")
    async with opened(None, agreed) as (client, peer):
        for start in range(0, len(wire), 3):
            peer.send(wire[start : start + 3])
        client.wanted = 2
        await client.until(client.has_wanted, 5)
        await peer.round_trip()
    assert told(client) == (
        "HTTP 200",
        "text 'hello'",
        "text 'again' compressed",
        "pong",
    )


async def test_what_is_sent_reaches_the_server_and_the_recording():
    async with opened() as (client, peer):
        client.send_frame(text("hello"))
        client.send(b"\x82\x81\0\0\0\0x")
        await peer.round_trip()
    assert [(it.opcode, it.payload) for it in peer.frames()] == [
        (Opcode.TEXT, b"hello"),
        (Opcode.BINARY, b"x"),
    ]
    recorded = [it for _, it in client.events if isinstance(it, Frame)]
    assert [(it.sender, it.payload) for it in recorded] == [
        ("client", b"hello"),
        ("client", b"x"),
    ]


async def test_a_frame_before_the_response_is_recorded_with_it():
    async with conversation() as (opening, peer):
        await peer.until(RequestReceived)
        client = await opening
        client.send_frame(text("early"))
        await peer.round_trip()
        assert [it.payload for it in peer.frames()] == [b"early"]
        assert not any(isinstance(it, Frame) for _, it in client.events)
        peer.h2.send_headers(1, [(":status", "200")])
        await peer.round_trip()
    *_, response, frame = (it for _, it in client.events)
    assert isinstance(response, Head)
    assert frame.payload == b"early"


async def test_a_ping_is_answered_and_a_close_frame_once_and_as_from_afar():
    async with opened() as (client, peer):
        loop = asyncio.get_running_loop()
        sent = loop.time()
        peer.send(b"\x89\x01p\x88\x02\x03\xe8\x88\x02\x03\xe8")
        while len(peer.frames()) < 2:
            await peer.until(DataReceived)
        assert loop.time() - sent >= LATENCY > 0
        client.send_frame(text("after"))
        await peer.until(DataReceived)
    answers = [(it.opcode, it.payload) for it in peer.frames()]
    assert answers[:2] == [(Opcode.PONG, b"p"), (Opcode.CLOSE, b"\x03\xe8")]
    assert [it for it, _ in answers].count(Opcode.CLOSE) == 1


async def test_a_message_larger_than_the_window_arrives_whole():
    message = b"a" * (3 * WINDOW)
    wire = b"\x82\x7f" + len(message).to_bytes(8) + message
    async with opened() as (client, peer):
        while wire:
            room = min(peer.h2.local_flow_control_window(1), 16_384, len(wire))
            peer.send(wire[:room])
            wire = wire[room:]
            await peer.round_trip()
        client.wanted = 1
        assert await client.until(client.has_wanted, 5)
    assert f"({len(message)} bytes)" in told(client)[-1]


async def fill(peer):
    """Send what the window lets through, and return what is left of it then."""
    while room := min(peer.h2.local_flow_control_window(1), 16_384):
        peer.send(b"\x82" + bytes(room - 1))
    await peer.round_trip()
    return peer.h2.local_flow_control_window(1)


async def test_a_client_that_reads_gives_its_window_back():
    async with opened() as (_, peer):
        assert await fill(peer) > 0


async def test_a_client_that_reads_nothing_keeps_its_window_shut():
    async with opened(Connect(reads=False)) as (client, peer):
        assert await fill(peer) == 0
    assert told(client) == ("HTTP 200",)


async def test_a_client_that_has_left_gives_nothing_back():
    async with opened() as (client, peer):
        client.leave()
        await peer.until(StreamEnded)
        assert await fill(peer) == 0
        assert await ended(client) == TcpEnd("client", "END_STREAM")


async def test_what_is_sent_waits_for_the_servers_window_and_the_end_for_it():
    async with opened() as (client, peer):
        peer.acknowledges = False
        client.send_frame(binary(b"a" * (2 * WINDOW)))
        client.finish()
        await peer.round_trip()
        assert len(peer.content) == WINDOW
        assert not any(isinstance(it, StreamEnded) for it in peer.seen)
        for event in [it for it in peer.seen if isinstance(it, DataReceived)]:
            peer.give_back(event)
        peer.acknowledges = True
        peer.push()
        await peer.until(StreamEnded)
        (frame,) = peer.frames()
        assert frame.length == 2 * WINDOW
        assert not client.ended


async def test_a_client_that_has_finished_goes_on_reading():
    async with opened() as (client, peer):
        client.finish()
        await peer.until(StreamEnded)
        peer.send(b"\x81\x01a", end_stream=True)
        assert await ended(client) == TcpEnd("server", "END_STREAM")
        await peer.round_trip()
    assert told(client) == ("HTTP 200", "text 'a'", "END_STREAM")
    ends = [it for _, it in client.events if isinstance(it, TcpEnd)]
    assert ends[0] == TcpEnd("client", "END_STREAM")


async def test_a_reset_is_a_rst_stream_with_cancel():
    async with opened() as (client, peer):
        client.reset()
        reset = await peer.until(StreamReset)
        assert reset.error_code == ErrorCodes.CANCEL
        await peer.round_trip()
        assert await ended(client) == TcpEnd("client", "RST_STREAM CANCEL")


async def test_the_servers_end_of_the_stream_is_answered_and_tcp_stays_open():
    async with opened() as (client, peer):
        peer.send(b"\x88\x02\x03\xe8", end_stream=True)
        assert await ended(client) == TcpEnd("server", "END_STREAM")
        await peer.until(StreamEnded)
        await peer.round_trip()
        client.send_frame(text("too late"))
        await peer.round_trip()
    assert peer.content == b""
    assert told(client) == ("HTTP 200", "close 1000", "END_STREAM")
    assert Connection.of([it for _, it in client.events]).close_code == 1000


@pytest.mark.parametrize(
    ("code", "name"), [(ErrorCodes.INTERNAL_ERROR, "INTERNAL_ERROR"), (0xBEEF, "48879")]
)
async def test_the_servers_reset_is_told_with_its_error(code, name):
    async with opened() as (client, peer):
        peer.h2.reset_stream(1, code)
        peer.push()
        assert await ended(client) == TcpEnd("server", f"RST_STREAM {name}")
        client.send_frame(close())
        await peer.round_trip()
    assert peer.content == b""


async def test_a_stream_outlives_a_goaway_of_its_connection():
    async with opened() as (client, peer):
        goaway = b"\0\0\x08\x07\0\0\0\0\0" + struct.pack("!II", 1, 0)
        peer.writer.write(goaway)
        peer.send(b"\x81\x01a", end_stream=True)
        await ended(client)
    assert (client.events[2][1]) == GoAway("server", "NO_ERROR")
    assert told(client) == ("HTTP 200", "GOAWAY NO_ERROR", "text 'a'", "END_STREAM")


@pytest.mark.parametrize(("resets", "how"), [(False, "TCP FIN"), (True, "TCP reset")])
async def test_the_end_of_tcp_is_told_as_such(resets, how):
    async with opened() as (client, peer):
        if resets:
            linger = struct.pack("ii", 1, 0)
            connection = peer.writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            peer.writer.transport.abort()
        else:
            peer.writer.write_eof()
        assert await ended(client) == TcpEnd("server", how)


async def test_a_breach_of_http2_ends_the_connection_and_is_told():
    async with opened() as (client, peer):
        peer.send(b"\x81\x01a")
        peer.writer.write(b"\0\0\x01\x00\0\0\0\0\0x")  # DATA, of stream 0
        await ended(client)
        goaway = await peer.until(ConnectionTerminated)
        assert goaway.error_code == ErrorCodes.PROTOCOL_ERROR
        assert await peer.reader.read() == b""
    assert told(client) == ("HTTP 200", "text 'a'", "breaks HTTP/2: PROTOCOL_ERROR")


async def test_a_refusal_has_its_body_and_its_fields_as_they_came():
    async with conversation() as (opening, peer):
        await peer.until(RequestReceived)
        peer.h2.config.validate_outbound_headers = False
        fields = [(":status", "403"), ("x-odd", "a\tb"), ("date", "today")]
        peer.h2.send_headers(1, fields)
        peer.send(b"no ")
        peer.send(b"way", end_stream=True)
        client = await opening
        await ended(client)
        response = client.head
    assert told(client) == ("HTTP 403", "body 'no way'", "END_STREAM")
    assert response.start == "HTTP/2 403"
    assert response.headers == (("x-odd", "a\tb"), ("date", "(now)"))


async def test_a_client_that_does_not_answer_lets_pings_be():
    async with opened(Connect(answers=False)) as (client, peer):
        peer.send(b"\x89\x01p")
        await peer.round_trip()
        client.send_frame(SendFrame(Opcode.PONG, b"mine"))
        await peer.until(DataReceived)
    assert [it.payload for it in peer.frames()] == [b"mine"]
