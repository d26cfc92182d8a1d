"""Starlette: one endpoint for what connects, comes and goes."""

from starlette.applications import Starlette
from starlette.endpoints import WebSocketEndpoint
from starlette.routing import WebSocketRoute


class Upper(WebSocketEndpoint):
    encoding = "text"

    async def on_receive(self, websocket, data):
        await websocket.send_text(data.upper())

    async def on_disconnect(self, websocket, close_code):
        print("the client left with", close_code)


app = Starlette(routes=[WebSocketRoute("/upper", Upper)])
