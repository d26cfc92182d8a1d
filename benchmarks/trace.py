"""What recording costs: an echo on a server with a recorder, and on one without.

Both servers and the client share one loop. As threads, in the way of a notebook, they
would hand the interpreter's lock to and fro, which costs now more and now less than the
whole echo of a long message. The client is the one that the chapters use, once with
compression (its default) and once without. Each run has a new connection, since the
kernel settles for each on the pieces in which it hands over a long message.

    python benchmarks/trace.py
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import uvicorn
from ratios import Bar, alternate, report, timed
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.asyncio.client import ClientConnection, connect

from wslab.asgi import Receive, Scope, Send
from wslab.trace.recorder import Recorder

ECHOES = 300
LONG_ECHOES = 40
LONG = 256 * 1024
ROUNDS = 40
LIMIT = 1.5


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Send every message back."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})


@asynccontextmanager
async def serving(recorder: Recorder | None) -> AsyncIterator[str]:
    """Serve the echo until the block ends; gives its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        recorder.application(echo) if recorder else echo,
        http=recorder.protocol(H11Protocol) if recorder else H11Protocol,
        lifespan="off",
        log_level="critical",
        ws_max_size=2 * LONG,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await running


async def talk(client: ClientConnection, message: str, echoes: int) -> None:
    """One message at a time: a round trip each."""
    for _ in range(echoes):
        await client.send(message)
        await client.recv()


def cost(
    runner: asyncio.Runner, url: str, message: str, echoes: int, compression: str | None
) -> float:
    """Return the seconds of processor time that so many echoes take, once warm."""

    async def opened() -> ClientConnection:
        options = {"compression": compression, "ping_interval": None}
        client = await connect(url, max_size=2 * LONG, **options)
        await talk(client, message, echoes // 10)
        return client

    client = runner.run(opened())
    seconds = timed(lambda: runner.run(talk(client, message, echoes)))()
    runner.run(client.close())
    return seconds


def compare(title: str, message: str, echoes: int, compression: str | None) -> None:
    """Measure one kind of echo on both servers and print the ratio."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        urls = {
            name: runner.run(stack.enter_async_context(serving(recorder)))
            for name, recorder in (("unrecorded", None), ("recorded", Recorder()))
        }
        runs = {
            name: lambda url=url: cost(runner, url, message, echoes, compression)
            for name, url in urls.items()
        }
        figures = alternate(runs, ROUNDS)
        runner.run(stack.aclose())
    bar = Bar("recorded", "unrecorded", LIMIT)
    report(title, figures, "unrecorded", "us", 1e6 / echoes, [bar])


if __name__ == "__main__":
    compare("echo of 5 bytes, compressed", "hello", ECHOES, "deflate")
    compare("echo of 5 bytes", "hello", ECHOES, None)
    long = "0123456789abcdef" * (LONG // 16)
    compare("echo of 256 KiB, compressed", long, LONG_ECHOES, "deflate")
    compare("echo of 256 KiB", long, LONG_ECHOES, None)
