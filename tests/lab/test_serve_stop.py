"""Stopping a server ends within a bound, whatever the handlers do."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from wslab.lab import serve

from .held import nothing_left


def handler(body):
    """An application that accepts and then does `body`."""

    async def app(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await body(receive, send)

    return app


async def stopped_while_connected(body, grace=1):
    """Stops a server on which a client is connected; the server."""
    server = await serve(handler(body))
    async with connect(server.url(), close_timeout=1):
        server.settle(30)
        await server.stop(grace)
    return server


async def test_f41_a_client_is_told_that_the_server_goes():
    async def wait(receive, send):
        await receive()

    async with serve(handler(wait)) as server, connect(server.url()) as client:
        await server.stop()
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
    assert closed.value.rcvd.code == 1012


async def test_a_handler_that_never_returns_is_cancelled(capsys):
    cancelled = threading.Event()

    async def push(receive, send):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with nothing_left():
        server = await stopped_while_connected(push)
    assert cancelled.is_set()
    assert server.errors == []
    assert capsys.readouterr().err == ""


async def test_a_handler_that_ignores_its_cancellation_is_named(capsys):
    async def stubborn(receive, send):
        while True:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    named = r"stubborn \(.*test_serve_stop.py, line \d"
    async with nothing_left():
        with pytest.raises(TimeoutError, match=named):
            await stopped_while_connected(stubborn)
    assert capsys.readouterr().err == ""


@pytest.mark.threads("a handler that blocks has the only thread")
async def test_a_handler_that_blocks_its_thread_is_named():
    loop = asyncio.get_running_loop()
    blocking, release = asyncio.Event(), threading.Event()

    async def block(receive, send):
        await receive()
        loop.call_soon_threadsafe(blocking.set)
        release.wait(60)

    async with nothing_left():
        server = await serve(handler(block))
        async with connect(server.url(), close_timeout=0.1) as client:
            await client.send("block")
            await asyncio.wait_for(blocking.wait(), 30)
            with pytest.raises(TimeoutError, match=r"busy in block \("):
                await server.stop(0.1)
            release.set()
            await server.stop(10)


async def test_a_stalled_client_does_not_hold_up_the_stop():
    async def flood(receive, send):
        while True:
            await send({"type": "websocket.send", "bytes": bytes(1_000_000)})

    options = {"max_queue": 1, "compression": None, "close_timeout": 0.1}
    async with nothing_left():
        server = await serve(handler(flood))
        async with connect(server.url(), **options) as client:
            await client.recv()
            await server.stop(1)


async def test_a_task_that_a_handler_left_behind_is_ended():
    cancelled = threading.Event()
    tasks = []

    async def linger():
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def spawn(receive, send):
        tasks.append(asyncio.create_task(linger()))
        await receive()

    await stopped_while_connected(spawn)
    assert cancelled.is_set()


async def test_stopping_again_or_twice_at_once_is_harmless():
    async with serve(handler(lambda receive, send: receive())) as server:
        await asyncio.gather(server.stop(), server.stop())
        await server.stop()


async def test_servers_leave_no_thread_no_task_and_no_socket():
    async def once():
        body = handler(lambda receive, send: receive())
        async with serve(body) as server, connect(server.url()):
            pass

    await once()  # what the first imports stays
    async with nothing_left():
        await asyncio.gather(*(once() for _ in range(5)))
