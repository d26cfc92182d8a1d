"""The handlers in Falcon."""

from __future__ import annotations

from falcon import HTTPUnauthorized, WebSocketDisconnected
from falcon.asgi import App, Request, WebSocket


class Handlers:
    """A responder for each path; a route names its suffix."""

    async def on_websocket_handler_returns(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()

    async def on_websocket_handler_raises(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        raise RuntimeError("a fault in the handler")

    async def on_websocket_close_before_accept(
        self, req: Request, ws: WebSocket
    ) -> None:
        await ws.close()

    async def on_websocket_return_before_accept(
        self, req: Request, ws: WebSocket
    ) -> None:
        return

    async def on_websocket_raise_before_accept(
        self, req: Request, ws: WebSocket
    ) -> None:
        raise RuntimeError("no")

    async def on_websocket_http_error(self, req: Request, ws: WebSocket) -> None:
        raise HTTPUnauthorized(description="members only")

    async def on_websocket_subprotocol(self, req: Request, ws: WebSocket) -> None:
        await ws.accept("news")
        await ws.close()

    async def on_websocket_accept_header(self, req: Request, ws: WebSocket) -> None:
        await ws.accept(headers={"x-greeting": "hello"})
        await ws.close()

    async def on_websocket_accept_twice(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await ws.accept()

    async def on_websocket_send_before_accept(
        self, req: Request, ws: WebSocket
    ) -> None:
        await ws.send_text("early")

    async def on_websocket_close_code(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await ws.close(3000, "bye")

    async def on_websocket_close_by_exception(
        self, req: Request, ws: WebSocket
    ) -> None:
        await ws.accept()
        raise HTTPUnauthorized(description="not allowed")

    async def on_websocket_close_reserved_code(
        self, req: Request, ws: WebSocket
    ) -> None:
        await ws.accept()
        await ws.close(1006)

    async def on_websocket_close_long_reason(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await ws.close(1000, "x" * 124)

    async def on_websocket_close_twice(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await ws.close()
        await ws.close()

    async def on_websocket_send_after_close(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await ws.close()
        await ws.send_text("late")

    async def on_websocket_empty_text(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text(await ws.receive_text())

    async def on_websocket_text_wanted(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text(repr(await ws.receive_text()))

    async def on_websocket_bytes_wanted(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text(repr(await ws.receive_data()))

    async def on_websocket_json_wanted(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text(repr(await ws.receive_media()))

    async def on_websocket_iteration(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        while True:
            try:
                message = await ws.receive_text()
            except WebSocketDisconnected:
                return
            await ws.send_text(message)

    async def on_websocket_disconnect_not_caught(
        self, req: Request, ws: WebSocket
    ) -> None:
        await ws.accept()
        await ws.receive_text()

    async def on_websocket_receive_after_gone(
        self, req: Request, ws: WebSocket
    ) -> None:
        await ws.accept()
        try:
            await ws.receive_text()
        except WebSocketDisconnected:
            await ws.receive_text()

    async def on_websocket_send_after_gone(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await req.scope["signal"]("go")
        await ws.send_text("late")

    async def on_websocket_raise_after_gone(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        try:
            await ws.receive_text()
        except WebSocketDisconnected:
            raise RuntimeError("a fault in the handler") from None

    async def on_websocket_never_receives(self, req: Request, ws: WebSocket) -> None:
        await ws.accept()
        await req.scope["signal"]("never")


app = App()
handlers = Handlers()
app.add_route("/handler-returns", handlers, suffix="handler_returns")
app.add_route("/handler-raises", handlers, suffix="handler_raises")
app.add_route("/close-before-accept", handlers, suffix="close_before_accept")
app.add_route("/return-before-accept", handlers, suffix="return_before_accept")
app.add_route("/raise-before-accept", handlers, suffix="raise_before_accept")
app.add_route("/http-error", handlers, suffix="http_error")
app.add_route("/subprotocol", handlers, suffix="subprotocol")
app.add_route("/subprotocol-not-offered", handlers, suffix="subprotocol")
app.add_route("/accept-header", handlers, suffix="accept_header")
app.add_route("/accept-twice", handlers, suffix="accept_twice")
app.add_route("/send-before-accept", handlers, suffix="send_before_accept")
app.add_route("/close-code", handlers, suffix="close_code")
app.add_route("/close-by-exception", handlers, suffix="close_by_exception")
app.add_route("/close-reserved-code", handlers, suffix="close_reserved_code")
app.add_route("/close-long-reason", handlers, suffix="close_long_reason")
app.add_route("/close-twice", handlers, suffix="close_twice")
app.add_route("/send-after-close", handlers, suffix="send_after_close")
app.add_route("/empty-text", handlers, suffix="empty_text")
app.add_route("/text-wanted", handlers, suffix="text_wanted")
app.add_route("/bytes-wanted", handlers, suffix="bytes_wanted")
app.add_route("/json-wanted", handlers, suffix="json_wanted")
app.add_route("/iteration", handlers, suffix="iteration")
app.add_route("/disconnect-not-caught", handlers, suffix="disconnect_not_caught")
app.add_route("/receive-after-gone", handlers, suffix="receive_after_gone")
app.add_route("/send-after-gone", handlers, suffix="send_after_gone")
app.add_route("/raise-after-gone", handlers, suffix="raise_after_gone")
app.add_route("/never-receives", handlers, suffix="never_receives")
