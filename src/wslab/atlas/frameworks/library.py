"""The handlers with this project's own library, as views."""

from __future__ import annotations

from wslab import Application, WebSocket, WebSocketDisconnect

app = Application()


@app.websocket_route("/handler-returns")
async def handler_returns(ws: WebSocket) -> None:
    pass


@app.websocket_route("/handler-raises")
async def handler_raises(ws: WebSocket) -> None:
    raise RuntimeError("a fault in the handler")


@app.websocket_route("/close-before-accept", auto_accept=False)
async def close_before_accept(ws: WebSocket) -> None:
    await ws.close()


@app.websocket_route("/return-before-accept", auto_accept=False)
async def return_before_accept(ws: WebSocket) -> None:
    return


@app.websocket_route("/raise-before-accept", auto_accept=False)
async def raise_before_accept(ws: WebSocket) -> None:
    raise RuntimeError("no")


@app.websocket_route("/denial-response", auto_accept=False)
async def denial_response(ws: WebSocket) -> None:
    await ws.reject(401, body="members only")


@app.websocket_route("/subprotocol", auto_accept=False)
@app.websocket_route("/subprotocol-not-offered", auto_accept=False)
async def subprotocol(ws: WebSocket) -> None:
    await ws.accept("news")
    await ws.close()


@app.websocket_route("/accept-header", auto_accept=False)
async def accept_header(ws: WebSocket) -> None:
    await ws.accept(headers=[("x-greeting", "hello")])
    await ws.close()


@app.websocket_route("/accept-twice")
async def accept_twice(ws: WebSocket) -> None:
    await ws.accept()


@app.websocket_route("/send-before-accept", auto_accept=False)
async def send_before_accept(ws: WebSocket) -> None:
    await ws.send("early")


@app.websocket_route("/close-code")
async def close_code(ws: WebSocket) -> None:
    await ws.close(3000, "bye")


@app.websocket_route("/close-reserved-code")
async def close_reserved_code(ws: WebSocket) -> None:
    await ws.close(1006)


@app.websocket_route("/close-long-reason")
async def close_long_reason(ws: WebSocket) -> None:
    await ws.close(1000, "x" * 124)


@app.websocket_route("/close-twice")
async def close_twice(ws: WebSocket) -> None:
    await ws.close()
    await ws.close()


@app.websocket_route("/send-after-close")
async def send_after_close(ws: WebSocket) -> None:
    await ws.close()
    await ws.send("late")


@app.websocket_route("/empty-text")
async def empty_text(ws: WebSocket) -> None:
    await ws.send(await ws.receive())


@app.websocket_route("/text-wanted")
async def text_wanted(ws: WebSocket) -> None:
    await ws.send(repr(await ws.receive()))


@app.websocket_route("/bytes-wanted", receive_type="bytes")
async def bytes_wanted(ws: WebSocket) -> None:
    await ws.send(repr(await ws.receive()))


@app.websocket_route("/json-wanted", receive_type="json")
async def json_wanted(ws: WebSocket) -> None:
    await ws.send(repr(await ws.receive()))


@app.websocket_route("/iteration")
async def iteration(ws: WebSocket) -> None:
    async for message in ws:
        await ws.send(message)


@app.websocket_route("/disconnect-not-caught")
async def disconnect_not_caught(ws: WebSocket) -> None:
    await ws.receive()


@app.websocket_route("/receive-after-gone")
async def receive_after_gone(ws: WebSocket) -> None:
    try:
        await ws.receive()
    except WebSocketDisconnect:
        await ws.receive()


@app.websocket_route("/send-after-gone")
async def send_after_gone(ws: WebSocket) -> None:
    await ws.scope["signal"]("go")
    await ws.send("late")


@app.websocket_route("/raise-after-gone")
async def raise_after_gone(ws: WebSocket) -> None:
    try:
        await ws.receive()
    except WebSocketDisconnect:
        raise RuntimeError("a fault in the handler") from None


@app.websocket_route("/never-receives")
async def never_receives(ws: WebSocket) -> None:
    await ws.scope["signal"]("never")
