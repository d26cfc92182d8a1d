"""A page's WebSocket, over TCP and in memory: what its page is told, what is sent."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from wslab.lab import serve
from wslab.live import LiveLoop, browser_socket
from wslab.live.browser_socket import (
    BrowserSocket,
    Closed,
    Errored,
    Message,
    Opened,
    Sent,
    SocketEvent,
)

ORIGIN = "http://127.0.0.1:8000"
FAILED = [Errored(), Closed(1006, "", False)]

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=[asyncio.new_event_loop, LiveLoop], ids=["tcp", "memory"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Runs a coroutine on an event loop, over TCP or in memory."""
    with asyncio.Runner(loop_factory=request.param) as runner:
        yield runner.run


class Page:
    """What the page of one socket is told, to be waited for."""

    def __init__(self, url: str, *protocols: str) -> None:
        self.events: list[SocketEvent] = []
        self._news = asyncio.Event()
        self.socket = BrowserSocket(url, protocols, ORIGIN, self._hear)

    def _hear(self, event: SocketEvent) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, kind: type) -> list[SocketEvent]:
        """Events up to the next of a kind, which are then forgotten."""
        while not any(isinstance(event, kind) for event in self.events):
            self._news.clear()
            await self._news.wait()
        kinds = [isinstance(event, kind) for event in self.events]
        end = kinds.index(True) + 1
        found, self.events = self.events[:end], self.events[end:]
        return found


def served(app, **options):
    return serve(app, lifespan="off", **options)


async def echo(scope, receive, send):
    await receive()
    offered = scope["subprotocols"]
    chosen = offered[-1] if offered else None
    await send({"type": "websocket.accept", "subprotocol": chosen})
    while (event := await receive())["type"] == "websocket.receive":
        data = {key: event[key] for key in ("text", "bytes") if event.get(key)}
        await send({"type": "websocket.send", **data})


async def closes(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "before"})
    await send({"type": "websocket.close", "code": 4001, "reason": "enough"})


async def refuses(scope, receive, send):
    await receive()
    await send({"type": "websocket.close"})


async def returns(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})


def test_messages_go_both_ways(run):
    async def main():
        async with served(echo, ws="wsproto") as server:
            page = Page(server.url(), "one", "two")
            opened = await page.until(Opened)
            page.socket.send("grüße")
            page.socket.send(b"\x00\xff")
            first, second = await page.until(Message), await page.until(Message)
            page.socket.close(3000, "done")
            closed = await page.until(Closed)
        extensions = "permessage-deflate; client_max_window_bits=15"
        assert opened == [Opened("two", extensions)]
        assert first == [Sent(7), Sent(2), Message("grüße")]
        assert second == [Message(b"\x00\xff")]
        assert closed == [Closed(3000, "done", True)]

    run(main())


def test_the_handshake_is_a_browsers(run):
    seen = []

    async def look(scope, receive, send):
        seen.extend(scope["headers"])
        await refuses(scope, receive, send)

    async def main():
        async with served(look) as server:
            await Page(server.url("/a?b=c")).until(Closed)

    run(main())
    headers = dict(seen)
    assert len(headers) == len(seen)
    assert headers[b"origin"] == ORIGIN.encode()
    assert headers[b"user-agent"].startswith(b"Mozilla/5.0 (wslab")
    offer = b"permessage-deflate; client_max_window_bits"
    assert headers[b"sec-websocket-extensions"] == offer
    assert b"cookie" not in headers
    assert b"sec-websocket-protocol" not in headers


def test_the_servers_close_is_told_with_its_code_and_reason(run):
    async def main():
        async with served(closes) as server:
            found = await Page(server.url()).until(Closed)
        assert found[1:] == [Message("before"), Closed(4001, "enough", True)]

    run(main())


def test_a_close_without_a_code_is_1005(run):
    async def main():
        async with served(echo) as server:
            page = Page(server.url())
            await page.until(Opened)
            page.socket.close()
            assert await page.until(Closed) == [Closed(1005, "", True)]

    run(main())


def test_a_refused_handshake_is_a_failure(run):
    async def main():
        async with served(refuses) as server:
            assert await Page(server.url()).until(Closed) == FAILED

    run(main())


def test_where_nobody_listens_the_connection_fails(run):
    async def main():
        async with served(echo) as server:
            url = server.url()
        assert await Page(url).until(Closed) == FAILED
        assert await Page(url.replace("ws:", "wss:")).until(Closed) == FAILED

    run(main())


def test_a_lost_connection_is_1006_without_a_failure(run):
    async def main():
        async with served(returns) as server:
            opened, *rest = await Page(server.url()).until(Closed)
        assert isinstance(opened, Opened)
        assert rest == [Closed(1006, "", False)]

    run(main())


def test_nothing_is_sent_once_it_closes(run):
    async def main():
        async with served(echo) as server:
            page = Page(server.url())
            await page.until(Opened)
            page.socket.close(1000)
            page.socket.send("late")
            page.socket.close(3001)
            assert await page.until(Closed) == [Closed(1000, "", True)]
            assert not [it for it in server.trace.frames if it.payload == b"late"]

    run(main())


def test_a_page_that_has_abandoned_it_is_told_nothing(run):
    gone = Future()

    async def look(scope, receive, send):
        await echo(scope, receive, send)
        gone.set_result(None)

    async def main():
        async with served(look) as server:
            page, early = Page(server.url()), Page(server.url())
            early.socket.abandon()
            await page.until(Opened)
            page.socket.abandon()
            await asyncio.wrap_future(gone)
        assert page.events == early.events == []

    run(main())


def test_bytes_count_as_sent_when_they_leave(run):
    async def main():
        go = asyncio.Event()

        async def slow(reader, writer):
            await go.wait()
            await reader.read()

        async with listening(slow) as url:
            page = Page(url)
            await page.until(Opened)
            size = 16 << 20
            page.socket.send(bytes(size // 2))
            page.socket.send(bytes(size // 2))
            assert page.events == []
            go.set()
            assert await page.until(Sent) == [Sent(size)]
            page.socket.abandon()

    run(main())


@asynccontextmanager
async def listening(converse, *headers):
    """A server for one connection that is none of ours; its URL."""
    done = asyncio.Event()

    async def serve_one(reader, writer):
        await accept(reader, writer, *headers)
        with suppress(ConnectionError):
            await converse(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        done.set()

    async with await asyncio.start_server(serve_one, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await done.wait()


async def accept(reader, writer, *headers):
    """Answer a handshake as a server does that is none of ours."""
    head = await reader.readuntil(b"\r\n\r\n")
    key = next(
        line.split(b": ")[1]
        for line in head.split(b"\r\n")
        if line.startswith(b"Sec-WebSocket-Key")
    )
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest),
        *headers,
    ]
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n")


def converse(run, frames, *protocols, headers=()):
    """What a page is told, and how a server is answered, that sends these bytes."""
    told, answer = [], bytearray()

    async def main():
        async def converses(reader, writer):
            writer.write(frames)
            answer.extend(await reader.read(65536))

        async with listening(converses, *headers) as url:
            told.extend(await Page(url, *protocols).until(Closed))

    run(main())
    return told, unmasked(answer)


def unmasked(frame):
    """The first two bytes of a short frame of a client's, and its payload."""
    mask, payload = frame[2:6], frame[6:]
    return frame[:2], bytes(it ^ mask[i % 4] for i, it in enumerate(payload))


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (b"\x81\x02\xc3(", 1007),
        (b"\x01\x01\xc3\x80\x01(", 1007),
        (b"\x83\x00", 1002),
        (b"\x80\x00", 1002),
        (b"\x81\x80\x00\x00\x00\x00", 1002),
        (b"\x88\x02\x03\xed", 1002),
        (b"\xc1\x03\xff\xff\xff", 1002),
    ],
    ids=["utf-8", "utf-8 in parts", "opcode", "continuation", "mask", "1005", "RSV1"],
)
def test_what_breaks_the_protocol_fails_the_connection(run, frames, code):
    told, (head, payload) = converse(run, frames)
    assert told == [Opened("", ""), *FAILED]
    assert head[0] == 0x88
    assert payload[:2] == code.to_bytes(2, "big")


def test_a_message_in_fragments_is_one(run):
    frames = b"\x01\x02\xc3\xa4\x89\x01!\x00\x01\xe2\x80\x02\x82\xac\x88\x00"
    told, _ = converse(run, frames)
    assert told == [Opened("", ""), Message("ä€"), Closed(1005, "", True)]


@pytest.mark.parametrize(
    ("seconds", "frames", "end"),
    [
        ("TCP_SECONDS", b"\x88\x02\x0f\xa0", Closed(4000, "", True)),
        ("CLOSING_SECONDS", b"", Closed(1006, "", False)),
    ],
)
def test_a_server_that_does_not_end_is_not_waited_for(
    run, monkeypatch, seconds, frames, end
):
    monkeypatch.setattr(browser_socket, seconds, 0)

    async def main():
        async def silent(reader, writer):
            writer.write(frames)
            await reader.read()

        async with listening(silent) as url:
            page = Page(url)
            await page.until(Opened)
            page.socket.close(3000)
            assert await page.until(Closed) == [end]

    run(main())


@pytest.mark.parametrize(
    ("offered", "header"),
    [(["a"], []), (["a"], ["b"]), (["a", "b"], ["a, b"]), ([], ["a"])],
    ids=["none", "another", "two", "unasked"],
)
def test_a_subprotocol_that_was_not_agreed_fails_the_connection(run, offered, header):
    headers = [b"Sec-WebSocket-Protocol: " + it.encode() for it in header]
    told, _ = converse(run, b"\x88\x00", *offered, headers=headers)
    assert told == FAILED
