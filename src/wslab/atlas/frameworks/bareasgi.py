"""The handlers in bareASGI."""

from __future__ import annotations

from bareasgi import Application, WebSocketRequest

app = Application()


@app.on_ws_request("/handler-returns")
async def handler_returns(request: WebSocketRequest) -> None:
    await request.web_socket.accept()


@app.on_ws_request("/handler-raises")
async def handler_raises(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    raise RuntimeError("a fault in the handler")


@app.on_ws_request("/close-before-accept")
async def close_before_accept(request: WebSocketRequest) -> None:
    await request.web_socket.close()


@app.on_ws_request("/return-before-accept")
async def return_before_accept(request: WebSocketRequest) -> None:
    return


@app.on_ws_request("/raise-before-accept")
async def raise_before_accept(request: WebSocketRequest) -> None:
    raise RuntimeError("no")


@app.on_ws_request("/subprotocol")
@app.on_ws_request("/subprotocol-not-offered")
async def subprotocol(request: WebSocketRequest) -> None:
    await request.web_socket.accept("news")
    await request.web_socket.close()


@app.on_ws_request("/accept-header")
async def accept_header(request: WebSocketRequest) -> None:
    await request.web_socket.accept(headers=[(b"x-greeting", b"hello")])
    await request.web_socket.close()


@app.on_ws_request("/accept-twice")
async def accept_twice(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.web_socket.accept()


@app.on_ws_request("/send-before-accept")
async def send_before_accept(request: WebSocketRequest) -> None:
    await request.web_socket.send("early")


@app.on_ws_request("/close-reserved-code")
async def close_reserved_code(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.web_socket.close(1006)


@app.on_ws_request("/close-code")
async def close_code(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.web_socket.close(3000)


@app.on_ws_request("/close-twice")
async def close_twice(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.web_socket.close()
    await request.web_socket.close()


@app.on_ws_request("/send-after-close")
async def send_after_close(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.web_socket.close()
    await request.web_socket.send("late")


@app.on_ws_request("/empty-text")
async def empty_text(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    if (message := await request.web_socket.receive()) is not None:
        await request.web_socket.send(message)


@app.on_ws_request("/iteration")
async def iteration(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    while (message := await request.web_socket.receive()) is not None:
        await request.web_socket.send(message)


@app.on_ws_request("/disconnect-not-caught")
async def disconnect_not_caught(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.web_socket.receive()


@app.on_ws_request("/receive-after-gone")
async def receive_after_gone(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.web_socket.receive()
    await request.web_socket.receive()


@app.on_ws_request("/send-after-gone")
async def send_after_gone(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.scope["signal"]("go")
    await request.web_socket.send("late")


@app.on_ws_request("/raise-after-gone")
async def raise_after_gone(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.web_socket.receive()
    raise RuntimeError("a fault in the handler")


@app.on_ws_request("/never-receives")
async def never_receives(request: WebSocketRequest) -> None:
    await request.web_socket.accept()
    await request.scope["signal"]("never")
