"""`serve` and the server that it gives, over real sockets."""

from __future__ import annotations

import asyncio
import select
import threading

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from wslab.lab import serve
from wslab.live import LiveLoop

IMPLEMENTATIONS = ["websockets-sansio", "wsproto", "websockets"]


async def echo(scope, receive, send):
    """F35 echo on raw events, text and binary, empty messages included."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send(event | {"type": "websocket.send"})


@pytest.mark.system("asks it for sockets")
@pytest.mark.asyncio(loop_factories=["memory"])
async def test_what_is_called_memory_runs_on_a_live_loop_and_without_a_thread():
    import psutil  # which a page lacks

    before = threading.enumerate()
    assert type(asyncio.get_running_loop()) is LiveLoop
    async with serve(echo) as server, connect(server.url()) as client:
        await client.send("x")
        assert await client.recv() == "x"
        assert threading.enumerate() == before
        sockets = psutil.Process().net_connections()
        assert server.port not in {it.laddr.port for it in sockets if it.laddr}


def listeners(server):
    """Return the addresses on which this process listens at the server's port."""
    import psutil

    return [
        connection.laddr.ip
        for connection in psutil.Process().net_connections()
        if connection.status == "LISTEN" and connection.laddr.port == server.port
    ]


@pytest.mark.filterwarnings("ignore:The `websockets` implementation is deprecated")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:websockets.*")
@pytest.mark.parametrize("ws", IMPLEMENTATIONS)
async def test_f35_serves_once_it_returns(ws):
    server = await serve(echo, ws=ws)
    async with connect(server.url("/echo")) as client:
        for message in ("text", b"bytes", "", b""):
            await client.send(message)
            assert await client.recv() == message
    await server.stop()


async def test_urls_name_the_port():
    async with serve(echo) as server:
        assert server.url() == f"ws://127.0.0.1:{server.port}/"
        assert server.url("/a?b=c") == f"ws://127.0.0.1:{server.port}/a?b=c"
        assert server.http_url("/a") == f"http://127.0.0.1:{server.port}/a"


@pytest.mark.threads("asks the system for its listeners")
async def test_the_port_listens_on_the_loopback_alone_until_the_end():
    async with serve(echo) as server:
        assert listeners(server) == ["127.0.0.1"]
    assert listeners(server) == []


async def test_the_port_is_an_option_and_one_that_is_taken_an_error():
    async with serve(echo) as free:
        port = free.port
    async with serve(echo, port=port) as server:
        assert server.port == port
        with pytest.raises(OSError, match="in use"):
            await serve(echo, port=port)


async def test_a_path_without_its_slash_is_refused():
    async with serve(echo) as server:
        with pytest.raises(ValueError, match='starts with "/"'):
            server.url("echo")


async def test_a_block_ends_its_server():
    async with serve(echo) as server:
        assert server.running
    assert not server.running
    assert repr(server) == "<Server stopped>"
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", server.port)


@pytest.mark.threads("the cell blocks the only loop in a call of the system's")
async def test_a_cell_that_blocks_does_not_hold_up_the_handlers():
    async with serve(echo) as server, connect(server.url()) as client:
        await client.send("x")
        sock = client.transport.get_extra_info("socket")
        # Waits for the answer without giving this loop a turn.
        readable, _, _ = select.select([sock.fileno()], [], [], 30)
        assert readable


async def test_the_longest_message_is_an_option():
    async with serve(echo, ws_max_size=10) as server, connect(server.url()) as client:
        await client.send("x" * 11)
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
    assert closed.value.rcvd.code == 1009


async def test_how_many_connections_it_takes_is_an_option():
    """One more than the limit allows is answered by 503 before the application."""

    async def started(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        line = await asyncio.wait_for(reader.readline(), 30)
        writer.close()
        await writer.wait_closed()
        return line.split(b" ")[1]

    async def page(scope, receive, send):
        if scope["type"] != "http":
            return await echo(scope, receive, send)
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    async with serve(page, limit_concurrency=2) as server:
        assert await started(server.port) == b"204"
        async with connect(server.url()):
            assert await started(server.port) == b"503"
    async with serve(page) as server, connect(server.url()):
        assert await started(server.port) == b"204"


async def test_f41_the_keepalive_is_an_option():
    """A client that answers no ping is dropped with 1011."""
    async with serve(echo, ws_ping_interval=0.05, ws_ping_timeout=0.05) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        received = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        await writer.wait_closed()
    frames = short_frames(received.partition(b"\r\n\r\n")[2])
    *pings, (last, payload) = frames
    assert pings
    assert {(first, len(content)) for first, content in pings} == {(0x89, 4)}
    assert (last, payload[:2]) == (0x88, (1011).to_bytes(2))


def short_frames(data):
    """Return (first byte, payload) of each frame shorter than 126 bytes."""
    frames = []
    while data:
        end = 2 + data[1]
        frames.append((data[0], data[2:end]))
        data = data[end:]
    return frames


async def test_f39_the_log_level_shows_the_access_log(capsys):
    async with serve(echo, log_level="info") as server:
        async with connect(server.url("/chat?token=secret")):
            pass
        server.settle(30)
    assert '"WebSocket /chat?token=secret" [accepted]' in capsys.readouterr().err


async def test_a_server_is_quiet_by_default(capsys):
    async with serve(echo) as server, connect(server.url()) as client:
        await client.send("x")
        await client.recv()
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


async def test_run_gives_the_result_of_a_coroutine():
    async def answer():
        await asyncio.sleep(0)
        return 42

    async with serve(echo) as server:
        assert await server.run(answer()) == 42


@pytest.mark.threads("has a thread of its own")
async def test_run_runs_a_coroutine_on_the_servers_loop():
    async def where():
        return threading.current_thread()

    async with serve(echo) as server:
        thread = await server.run(where())
    assert thread is not threading.current_thread()
    assert not thread.is_alive()


async def test_run_raises_what_the_coroutine_raises():
    async def fail():
        raise LookupError("no such room")

    async with serve(echo) as server:
        with pytest.raises(LookupError, match="no such room"):
            await server.run(fail())


@pytest.mark.system("waits in a thread")
async def test_cancelling_run_cancels_the_coroutine():
    begun, cancelled = threading.Event(), threading.Event()

    async def wait():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with serve(echo) as server:
        running = asyncio.create_task(server.run(wait()))
        assert await asyncio.to_thread(begun.wait, 30)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await asyncio.to_thread(cancelled.wait, 30)


async def test_run_on_a_stopped_server_is_an_error():
    async with serve(echo) as server:
        pass
    with pytest.raises(RuntimeError, match="has stopped"):
        await server.run(asyncio.sleep(0))


@pytest.mark.parametrize("ask", ["url", "http_url"])
async def test_an_address_of_a_stopped_server_is_an_error(ask):
    async with serve(echo) as server:
        pass
    with pytest.raises(RuntimeError, match=r"this server has stopped; `await serve\("):
        getattr(server, ask)("/")


@pytest.mark.system("waits in a thread")
async def test_run_is_an_error_when_the_server_stops_meanwhile():
    begun = threading.Event()

    async def wait():
        begun.set()
        await asyncio.Event().wait()

    async with serve(echo) as server:
        waiting = asyncio.create_task(server.run(wait()))
        assert await asyncio.to_thread(begun.wait, 30)
        await server.stop()
        with pytest.raises(RuntimeError, match="stopped meanwhile"):
            await waiting


async def test_settle_waits_for_what_the_handler_does_with_a_message():
    received = []

    async def listen(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (event := await receive())["type"] == "websocket.receive":
                received.append(event["text"])
            received.append("left")

    async with serve(listen) as server:
        for number in range(20):
            async with connect(server.url()) as client:
                await client.send(str(number))
                server.settle(30)
                assert received[-1] == str(number)
            server.settle(30)
            assert received[-1] == "left"


@pytest.mark.filterwarnings("ignore:The `websockets` implementation is deprecated")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:websockets.*")
@pytest.mark.parametrize("ws", IMPLEMENTATIONS)
async def test_f35_a_look_at_the_trace_shows_what_happened_since_the_last(ws):
    async with serve(echo, ws=ws) as server:
        async with connect(server.url("/echo")) as client:
            await client.send("hello")
            await client.recv()
        trace = server.trace
        assert trace.connection.path == "/echo"
        assert trace.connection.close_code == 1000
        assert "hello" in trace.text
        assert server.trace.connections == ()


@pytest.mark.threads("a handler that blocks has the only thread, so nobody looks")
async def test_a_look_while_a_handler_blocks_shows_what_there_is():
    blocking, release = threading.Event(), threading.Event()

    async def block(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            blocking.set()
            release.wait(60)

    async with serve(block) as server, connect(server.url()):
        assert await asyncio.to_thread(blocking.wait, 30)
        assert server.trace.connection.handshake.response.status == 101
        release.set()


async def test_a_look_waits_for_a_connection_that_ends():
    """A handler that returns only after other tasks have had many turns."""

    async def tidy(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await receive()
            for _ in range(500):
                await asyncio.sleep(0)

    async with serve(tidy) as server:
        async with connect(server.url()):
            pass
        assert server.trace.connection.application[-1].type == "returned"


@pytest.mark.system("starts a thread")
async def test_serving_in_a_thread_of_ones_own():
    async def ask():
        async with serve(echo) as server, connect(server.url()) as client:
            await client.send("x")
            return await client.recv()

    assert await asyncio.to_thread(asyncio.run, ask()) == "x"
