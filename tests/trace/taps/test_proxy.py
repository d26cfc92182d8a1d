"""A proxy in front of real servers: what passes, how it ends, and what is recorded."""

import asyncio
import contextlib
import socket
import ssl
import struct

import pytest
import uvicorn
import websockets
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from wslab.trace.explain import explain
from wslab.trace.model import Frame, Head, TcpEnd
from wslab.trace.recorder import Recorder
from wslab.trace.taps.proxy import Proxy, Upstream

WAIT = 30.0  # seconds, the bound of every wait
MIB = 1 << 20


class Front:
    """A proxy that runs, what it records, and what it has told."""

    def __init__(self, upstream):
        self.recorder = Recorder()
        self.told = []
        self.proxy = Proxy(upstream, self.recorder.connect, self.told.append)

    def url(self, path=""):
        return f"ws://127.0.0.1:{self.port}{path}"

    def open(self):
        return asyncio.open_connection("127.0.0.1", self.port)

    async def over(self):
        """The trace of the one connection, once nothing more can happen."""
        async with asyncio.timeout(WAIT):
            events = []
            while True:
                trace = self.recorder.take(ends=True)
                events += trace.events
                if trace.connections and trace.connection.is_over:
                    return trace.connection, events
                await asyncio.sleep(0.001)


@contextlib.asynccontextmanager
async def front(port, host="127.0.0.1", secure=False):
    it = Front(Upstream(host, port, secure))
    it.port = await it.proxy.start("127.0.0.1", 0)
    try:
        yield it
    finally:
        await it.proxy.stop()


@contextlib.asynccontextmanager
async def raw_server(handler):
    """A server on TCP; `handler(reader, writer)` has the connection."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@contextlib.asynccontextmanager
async def websockets_server(handler, **options):
    async with serve(handler, "127.0.0.1", 0, **options) as server:
        yield server.sockets[0].getsockname()[1]


@contextlib.asynccontextmanager
async def uvicorn_server(app):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def echo(connection):
    async for message in connection:
        await connection.send(message)


def linger_not(connection):
    """Let a socket's close reset its connection."""
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def test_what_a_websockets_server_says_passes_and_is_recorded():
    async with websockets_server(echo) as port, front(port) as it:
        async with connect(it.url("/chat?room=blue"), compression=None) as client:
            for message in ("hello", b"\x00\xff", "é" * (MIB // 2), b"x" * MIB):
                await client.send(message)
                assert await client.recv() == message
        connection, events = await it.over()
    assert connection.path == "/chat?room=blue"
    assert connection.handshake.is_accepted
    sizes = [e.size for e in events if isinstance(e, Frame) and not e.is_control]
    assert sizes == [5, 5, 2, 2, MIB, MIB, MIB, MIB]
    assert (connection.close_code, connection.closed_by) == (1000, "client")
    assert connection.client.startswith("127.0.0.1:")
    assert not connection.application
    assert connection.fault is None


@pytest.mark.parametrize("code", [1001, 1002, 1007, 1012])
async def test_a_code_that_the_application_may_have_sent_is_not_laid_to_the_server(
    code,
):
    """Its application closes so: no shutdown, no breach and no text that is none."""

    async def handler(connection):
        await connection.recv()
        await connection.close(code, "as it likes")

    async with websockets_server(handler) as port, front(port) as it:
        async with connect(it.url()) as client:
            await client.send("a text")
            await client.wait_closed()
        connection, _ = await it.over()
    found = explain(connection)
    assert found.cause == "unknown"
    assert found.text.startswith(f'The server sent close {code} "as it likes", as ')
    assert "or because its application closed so; why, the trace" in found.text


async def test_a_text_that_is_none_is_named_without_the_application():
    async with websockets_server(echo) as port, front(port) as it:
        async with connect(it.url()) as client:
            await client.send(b"\xff", text=True)
            await client.wait_closed()
        connection, _ = await it.over()
    assert explain(connection).cause == "invalid-utf-8"


async def test_what_passes_is_what_was_sent():
    """Also a header `Host` that names the proxy, and what is no HTTP."""
    got = asyncio.get_running_loop().create_future()

    async def handler(reader, writer):
        got.set_result(await reader.readexactly(11 + MIB))
        writer.write(b"\x00back\xff")
        writer.close()

    async with raw_server(handler) as port, front(port) as it:
        reader, writer = await it.open()
        writer.write(b"hello\r\n\r\n\xff\x00" + b"y" * MIB)
        assert await got == b"hello\r\n\r\n\xff\x00" + b"y" * MIB
        assert await reader.read() == b"\x00back\xff"
        writer.close()


@pytest.mark.system("uvicorn is given a socket of it")
async def test_uvicorn_sees_the_host_that_the_client_named():
    async def app(scope, receive, send):
        host = dict(scope["headers"])[b"host"].decode()
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": host})
        await send({"type": "websocket.close", "code": 4000, "reason": "enough"})

    async with uvicorn_server(app) as port, front(port) as it:
        async with connect(it.url()) as client:
            assert await client.recv() == f"127.0.0.1:{it.port}"
            with pytest.raises(websockets.ConnectionClosed):
                await client.recv()
        assert (client.close_code, client.close_reason) == (4000, "enough")
        connection, _ = await it.over()
    assert (connection.close_code, connection.closed_by) == (4000, "server")


async def test_a_client_that_does_not_read_holds_up_the_server():
    """Whatever lies between them is bounded: it is less than 64 MiB."""
    held_up = asyncio.get_running_loop().create_future()

    async def handler(reader, writer):
        written = 0
        try:
            while written < 64 * MIB:
                writer.write(b"z" * MIB)
                written += MIB
                await asyncio.wait_for(writer.drain(), 0.5)
            held_up.set_result(None)
        except TimeoutError:
            held_up.set_result(written)
            await writer.drain()
        writer.close()

    async with raw_server(handler) as port, front(port) as it:
        reader, writer = await it.open()
        reader._transport.pause_reading()
        written = await held_up
        assert written, "64 MiB were taken though nobody read them"
        reader._transport.resume_reading()
        assert len(await reader.read()) == written
        writer.close()


async def test_a_server_that_does_not_read_holds_up_the_client():
    held_up = asyncio.Event()
    read = asyncio.get_running_loop().create_future()

    async def handler(reader, writer):
        await held_up.wait()
        read.set_result(len(await reader.read()))
        writer.close()

    async with raw_server(handler) as port, front(port) as it:
        _, writer = await it.open()
        written = 0
        with contextlib.suppress(TimeoutError):
            while written < 64 * MIB:
                writer.write(b"z" * MIB)
                written += MIB
                await asyncio.wait_for(writer.drain(), 0.5)
        assert written < 64 * MIB
        held_up.set()
        await writer.drain()
        writer.write_eof()
        assert await read == written
        connection, _ = await it.over()
        writer.close()
    assert not connection.paused


async def test_a_fin_leaves_the_other_direction_open():
    async def handler(reader, writer):
        said = await reader.read()
        writer.write(b"after your FIN: " + said)
        writer.close()

    async with raw_server(handler) as port, front(port) as it:
        reader, writer = await it.open()
        writer.write(b"all")
        writer.write_eof()
        assert await reader.read() == b"after your FIN: all"
        writer.close()
        connection, _ = await it.over()
    assert connection.tcp_end == TcpEnd("client", "FIN")


async def test_a_fin_of_the_server_is_the_servers():
    async def handler(reader, writer):
        writer.close()

    async with raw_server(handler) as port, front(port) as it:
        reader, writer = await it.open()
        assert await reader.read() == b""
        writer.close()
        connection, _ = await it.over()
    assert connection.tcp_end == TcpEnd("server", "FIN")


async def test_a_reset_of_the_client_resets_the_connection_to_the_server():
    seen = asyncio.get_running_loop().create_future()

    async def handler(reader, writer):
        try:
            await reader.readexactly(1)
            seen.set_result(await reader.read())
        except OSError as error:
            seen.set_result(error)
        writer.close()

    async with raw_server(handler) as port, front(port) as it:
        _, writer = await it.open()
        writer.write(b"x")
        await writer.drain()
        linger_not(writer.get_extra_info("socket"))
        writer.transport.abort()
        assert isinstance(await seen, ConnectionResetError)
        connection, _ = await it.over()
    assert connection.tcp_end == TcpEnd("client", "reset")


async def test_a_reset_of_the_server_resets_the_clients_connection():
    async def handler(reader, writer):
        await reader.readexactly(1)
        linger_not(writer.get_extra_info("socket"))
        writer.transport.abort()

    async with raw_server(handler) as port, front(port) as it:
        reader, writer = await it.open()
        writer.write(b"x")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        connection, _ = await it.over()
    assert connection.tcp_end == TcpEnd("server", "reset")


async def test_without_a_server_the_client_gets_a_502_that_says_so():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        async with front(port) as it:
            with pytest.raises(websockets.InvalidStatus) as refused:
                await connect(it.url("/ws"))
            connection, events = await it.over()
    said = f"no connection to 127.0.0.1:{port}: Connection refused"
    assert refused.value.response.status_code == 502
    assert refused.value.response.body.decode() == f"wslab trace: {said}\n"
    assert it.told == [said]
    heads = [event.start for event in events if isinstance(event, Head)]
    assert heads == ["GET /ws HTTP/1.1", "HTTP/1.1 502 Bad Gateway"]
    assert connection.handshake.response.get("Server") == "wslab-trace"
    found = explain(connection)
    assert (found.cause, found.failed) == ("no-server", True)
    assert "reached no server, so it answered 502" in found.text


async def test_a_client_that_goes_before_it_has_asked_leaves_nothing():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with front(nobody.getsockname()[1]) as it:
            _, writer = await it.open()
            writer.close()
            connection, _ = await it.over()
    assert connection.tcp_end.sender == "client"


async def test_a_stopped_proxy_ends_its_connections_and_blames_neither_side():
    async with websockets_server(echo) as port, front(port) as it:
        async with connect(it.url()) as client:
            await client.send("hello")
            assert await client.recv() == "hello"
            await it.proxy.stop()
            with pytest.raises(websockets.ConnectionClosed):
                await client.recv()
        trace = it.recorder.take()
    assert trace.connection.is_over
    assert trace.connection.tcp_end is None


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.needs("openssl")
async def test_a_server_over_tls_is_spoken_to_over_tls(certificate, tls, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    async with (
        websockets_server(echo, ssl=tls) as port,
        front(port, secure=True) as it,
    ):
        async with connect(it.url()) as client:
            await client.send("x" * MIB)
            assert await client.recv() == "x" * MIB
        connection, _ = await it.over()
    assert connection.close_code == 1000


@pytest.mark.needs("openssl")
async def test_a_certificate_that_nobody_vouches_for_is_refused(tls):
    async with (
        websockets_server(echo, ssl=tls) as port,
        front(port, secure=True) as it,
    ):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await connect(it.url())
    assert refused.value.response.status_code == 502
    (said,) = it.told
    assert "its certificate is refused, self-signed certificate" in said


@pytest.mark.parametrize(
    ("url", "upstream"),
    [
        ("ws://127.0.0.1:8000", Upstream("127.0.0.1", 8000)),
        ("http://localhost:8000/", Upstream("localhost", 8000)),
        ("wss://example.org", Upstream("example.org", 443, True)),
        ("ws://[::1]:9", Upstream("::1", 9)),
    ],
)
def test_an_address_names_a_host_a_port_and_whether_tls_is_spoken(url, upstream):
    assert Upstream.parse(url) == upstream


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8000", "ftp://a", "ws://", "ws://a:99999", "ws://a/chat"]
)
def test_what_is_no_such_address_is_refused(url):
    with pytest.raises(
        ValueError, match=r"is no address|more than a host|out of range"
    ):
        Upstream.parse(url)
