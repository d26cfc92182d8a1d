"""What recording costs: an echo on a server with a recorder, and on one without.

Server and client share a process, as in a notebook, and the client is the one that the
chapters use, once with compression (its default) and once without.

    python benchmarks/trace.py
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from ratios import Bar, alternate, report, timed
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.asyncio.client import ClientConnection, connect

from wslab.asgi import Receive, Scope, Send
from wslab.trace.recorder import Recorder

ECHOES = 1_000
LONG_ECHOES = 200
LONG = 256 * 1024
ROUNDS = 15
LIMIT = 1.5


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Send every message back."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})


@contextmanager
def serving(recorder: Recorder | None) -> Iterator[str]:
    """Serve the echo in a thread until the block ends; gives its URL."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()  # a client waits here until the server is up
    config = uvicorn.Config(
        recorder.application(echo) if recorder else echo,
        http=recorder.protocol(H11Protocol) if recorder else H11Protocol,
        loop="asyncio",
        lifespan="off",
        log_level="critical",
        ws_max_size=2 * LONG,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([sock],))
    thread.start()
    try:
        yield f"ws://127.0.0.1:{sock.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()


async def talk(client: ClientConnection, message: str, echoes: int) -> None:
    """One message at a time: a round trip each."""
    for _ in range(echoes):
        await client.send(message)
        await client.recv()


def compare(
    title: str, message: str, echoes: int, compression: str | None, limit: float | None
) -> None:
    """Measure one kind of echo on both servers and print the ratio."""
    with (
        asyncio.Runner() as runner,
        serving(None) as plain,
        serving(Recorder()) as recorded,
    ):
        clients = {
            name: runner.run(open_client(url, compression))
            for name, url in {"unrecorded": plain, "recorded": recorded}.items()
        }
        runs = {
            name: timed(lambda c=client: runner.run(talk(c, message, echoes)))
            for name, client in clients.items()
        }
        figures = alternate(runs, ROUNDS)
        for client in clients.values():
            runner.run(client.close())
    bars = [Bar("recorded", "unrecorded", limit)] if limit else []
    report(title, figures, "unrecorded", "us", 1e6 / echoes, bars)


async def open_client(url: str, compression: str | None) -> ClientConnection:
    """Connect as the chapters do."""
    return await connect(url, compression=compression, ping_interval=None)


if __name__ == "__main__":
    compare("echo of 5 bytes, compressed", "hello", ECHOES, "deflate", LIMIT)
    compare("echo of 5 bytes", "hello", ECHOES, None, LIMIT)
    long = "0123456789abcdef" * (LONG // 16)
    compare("echo of 256 KiB, compressed", long, LONG_ECHOES, "deflate", LIMIT)
    compare("echo of 256 KiB", long, LONG_ECHOES, None, LIMIT)
