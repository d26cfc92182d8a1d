"""What the library costs per message, per connection and per idle connection.

In process: an application gets its events from, and gives them to, coroutines that
never wait, so that what is measured is the application's own work.

    python benchmarks/connection.py
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import bareasgi
import fastapi
import starlette.applications
import starlette.routing
import starlette.websockets
from ratios import Bar, alternate, report, timed, verdict

import wslab

Event = MutableMapping[str, Any]
App = Callable[..., Awaitable[None]]

MESSAGES = 20_000
CONNECTIONS = 1_500
IDLE = 400
ROUNDS = 15


def scope() -> dict[str, Any]:
    """Make the scope of one handshake, as uvicorn does."""
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 50000),
        "root_path": "",
        "path": "/echo",
        "raw_path": b"/echo",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"upgrade", b"websocket")],
        "subprotocols": [],
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }


class Peer:
    """A server's two coroutines for one client that sends a number of messages."""

    def __init__(self, messages: int) -> None:
        self.events = iter(
            [{"type": "websocket.connect"}]
            + [{"type": "websocket.receive", "text": "hello"}] * messages
            + [{"type": "websocket.disconnect", "code": 1000}]
        )
        self.sent = 0

    async def receive(self) -> Event:
        return next(self.events)

    async def send(self, event: Event) -> None:
        self.sent += 1


async def raw(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": event["text"]})


def handler_api() -> App:
    app = wslab.Application()

    @app.on_ws_request("/echo")
    async def echo(
        scope: Any, info: Any, matches: Any, web_socket: wslab.Connection
    ) -> None:
        await web_socket.accept()
        while (message := await web_socket.receive()) is not None:
            await web_socket.send(message)

    return app


def views() -> App:
    app = wslab.Application()

    @app.websocket_route("/echo")
    async def echo(ws: wslab.WebSocket) -> None:
        while True:
            await ws.send_text(await ws.receive_text())

    return app


def views_iterated() -> App:
    app = wslab.Application()

    @app.websocket_route("/echo")
    async def echo(ws: wslab.WebSocket) -> None:
        async for message in ws:
            await ws.send(message)

    return app


def bareasgi_app() -> App:
    async def echo(request: bareasgi.WebSocketRequest) -> None:
        await request.web_socket.accept()
        while (message := await request.web_socket.receive()) is not None:
            await request.web_socket.send(message)

    app = bareasgi.Application()
    app.ws_router.add("/echo", echo)
    return app


async def starlette_echo(ws: starlette.websockets.WebSocket) -> None:
    await ws.accept()
    try:
        while True:
            await ws.send_text(await ws.receive_text())
    except starlette.websockets.WebSocketDisconnect:
        return


def starlette_app() -> App:
    routes = [starlette.routing.WebSocketRoute("/echo", starlette_echo)]
    return starlette.applications.Starlette(routes=routes)


def fastapi_app() -> App:
    app = fastapi.FastAPI()

    @app.websocket("/echo")
    async def echo(ws: fastapi.WebSocket) -> None:
        await starlette_echo(ws)

    return app


async def raw_once(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    event = await receive()
    await send({"type": "websocket.send", "text": event["text"]})
    await send({"type": "websocket.close"})


async def starlette_once(ws: starlette.websockets.WebSocket) -> None:
    await ws.accept()
    await ws.send_text(await ws.receive_text())
    await ws.close()


def closers() -> dict[str, App]:
    """Make applications that close after one message, each in its own way."""
    handlers, views, plain = (
        wslab.Application(),
        wslab.Application(),
        fastapi.FastAPI(),
    )

    @handlers.on_ws_request("/echo")
    async def handler(
        scope: Any, info: Any, matches: Any, web_socket: wslab.Connection
    ) -> None:
        await web_socket.accept()
        message = await web_socket.receive()
        assert message is not None
        await web_socket.send(message)

    @views.websocket_route("/echo")
    async def view(ws: wslab.WebSocket) -> None:
        await ws.send_text(await ws.receive_text())

    @plain.websocket("/echo")
    async def once(ws: fastapi.WebSocket) -> None:
        await starlette_once(ws)

    routes = [starlette.routing.WebSocketRoute("/echo", starlette_once)]
    return {
        "raw": raw_once,
        "handler API": handlers,
        "views": views,
        "Starlette": starlette.applications.Starlette(routes=routes),
        "FastAPI": plain,
    }


def contenders() -> dict[str, App]:
    return {
        "raw": raw,
        "handler API": handler_api(),
        "views": views(),
        "views, async for": views_iterated(),
        "bareASGI": bareasgi_app(),
        "Starlette": starlette_app(),
        "FastAPI": fastapi_app(),
    }


async def connections(app: App, count: int, messages: int) -> None:
    for _ in range(count):
        peer = Peer(messages)
        await app(scope(), peer.receive, peer.send)
        assert peer.sent >= messages + 1


async def idle_memory(app: App) -> float:
    """Return the bytes that one connection holds while it waits for a message."""

    async def wait_for(event: Event, forever: asyncio.Event) -> Event:
        await forever.wait()
        return event

    async def serve(forever: asyncio.Event, here: dict[str, Any]) -> None:
        events = iter(
            [
                {"type": "websocket.connect"},
                {"type": "websocket.disconnect", "code": 1000},
            ]
        )
        asked = 0

        async def receive() -> Event:
            nonlocal asked
            asked += 1
            event = next(events)
            return event if asked == 1 else await wait_for(event, forever)

        async def send(event: Event) -> None:
            return None

        await app(here, receive, send)

    forever = asyncio.Event()
    scopes = [scope() for _ in range(IDLE)]
    gc.collect()
    tracemalloc.start()
    tasks = [asyncio.create_task(serve(forever, one)) for one in scopes]
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    forever.set()
    await asyncio.gather(*tasks)
    return used / IDLE


def main() -> None:
    apps = contenders()
    with asyncio.Runner() as runner:
        echo = {
            name: timed(lambda app=app: runner.run(connections(app, 1, MESSAGES)))
            for name, app in apps.items()
        }
        figures = alternate(echo, ROUNDS)
        report(
            "One echoed text message, in process",
            figures,
            "raw",
            "us",
            1e6 / MESSAGES,
            [Bar("handler API", "bareASGI", 1.0), Bar("views", "Starlette", 0.8)],
        )
        for who, kind in (("client", apps), ("application", closers())):
            whole = {
                name: timed(
                    lambda app=app: runner.run(connections(app, CONNECTIONS, 1))
                )
                for name, app in kind.items()
            }
            report(
                f"A whole connection: accept, one echo, close by the {who}",
                alternate(whole, ROUNDS),
                "raw",
                "us",
                1e6 / CONNECTIONS,
                [Bar("handler API", "Starlette", 1.0), Bar("views", "Starlette", 1.0)],
            )
        memory = {
            name: [runner.run(idle_memory(app)) for _ in range(3)]
            for name, app in apps.items()
        }
    report("Memory of an idle connection", memory, "raw", "KB", 1 / 1024, [])
    for name in ("handler API", "views"):
        more = min(memory[name]) - min(memory["raw"])
        verdict(f"{name}, KB beyond raw", more / 1024, Bar(name, "raw", 6.0))


if __name__ == "__main__":
    main()
