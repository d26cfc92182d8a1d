"""The same echo five times over: raw ASGI, this library twice, and its peers."""

from __future__ import annotations

from bareasgi import Application as BareApplication
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from wslab import Application


async def raw(scope, receive, send):
    """Raw events, with nothing checked."""
    if scope["type"] == "lifespan":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


handler = Application()


@handler.on_ws_request("/echo")
async def echo_handler(scope, info, matches, web_socket):
    """Echo by the handler API."""
    await web_socket.accept()
    while (content := await web_socket.receive()) is not None:
        await web_socket.send(content)


views = Application()


@views.websocket_route("/echo")
async def echo_view(ws):
    """Echo by a view."""
    while True:
        await ws.send_text(await ws.receive_text())


async def echo_bare(request):
    """Echo by bareASGI."""
    await request.web_socket.accept()
    while (content := await request.web_socket.receive()) is not None:
        await request.web_socket.send(content)


bareasgi = BareApplication()
bareasgi.ws_router.add("/echo", echo_bare)


async def echo_starlette(websocket):
    """Echo by Starlette."""
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass


starlette = Starlette(routes=[WebSocketRoute("/echo", echo_starlette)])
