"""The handlers in Litestar."""

from __future__ import annotations

from litestar import Litestar, WebSocket, websocket
from litestar.exceptions import (
    NotAuthorizedException,
    WebSocketDisconnect,
    WebSocketException,
)


@websocket("/handler-returns")
async def handler_returns(socket: WebSocket) -> None:
    await socket.accept()


@websocket("/handler-raises")
async def handler_raises(socket: WebSocket) -> None:
    await socket.accept()
    raise RuntimeError("a fault in the handler")


@websocket("/close-before-accept")
async def close_before_accept(socket: WebSocket) -> None:
    await socket.close()


@websocket("/return-before-accept")
async def return_before_accept(socket: WebSocket) -> None:
    return


@websocket("/raise-before-accept")
async def raise_before_accept(socket: WebSocket) -> None:
    raise RuntimeError("no")


@websocket("/http-error")
async def http_error(socket: WebSocket) -> None:
    raise NotAuthorizedException("members only")


@websocket(["/subprotocol", "/subprotocol-not-offered"])
async def subprotocol(socket: WebSocket) -> None:
    await socket.accept("news")
    await socket.close()


@websocket("/accept-header")
async def accept_header(socket: WebSocket) -> None:
    await socket.accept(headers={"x-greeting": "hello"})
    await socket.close()


@websocket("/accept-twice")
async def accept_twice(socket: WebSocket) -> None:
    await socket.accept()
    await socket.accept()


@websocket("/send-before-accept")
async def send_before_accept(socket: WebSocket) -> None:
    await socket.send_text("early")


@websocket("/close-code")
async def close_code(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(3000, "bye")


@websocket("/close-by-exception")
async def close_by_exception(socket: WebSocket) -> None:
    await socket.accept()
    raise WebSocketException(detail="not allowed", code=1008)


@websocket("/close-reserved-code")
async def close_reserved_code(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(1006)


@websocket("/close-long-reason")
async def close_long_reason(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(1000, "x" * 124)


@websocket("/close-twice")
async def close_twice(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()
    await socket.close()


@websocket("/send-after-close")
async def send_after_close(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()
    await socket.send_text("late")


@websocket("/empty-text")
async def empty_text(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())


@websocket("/text-wanted")
async def text_wanted(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(repr(await socket.receive_text()))


@websocket("/bytes-wanted")
async def bytes_wanted(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(repr(await socket.receive_bytes()))


@websocket("/json-wanted")
async def json_wanted(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(repr(await socket.receive_json()))


@websocket("/iteration")
async def iteration(socket: WebSocket) -> None:
    await socket.accept()
    async for message in socket.iter_data("text"):
        await socket.send_text(message)


@websocket("/disconnect-not-caught")
async def disconnect_not_caught(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_text()


@websocket("/receive-after-gone")
async def receive_after_gone(socket: WebSocket) -> None:
    await socket.accept()
    try:
        await socket.receive_text()
    except WebSocketDisconnect:
        await socket.receive_text()


@websocket("/send-after-gone")
async def send_after_gone(socket: WebSocket) -> None:
    await socket.accept()
    await socket.scope["signal"]("go")
    await socket.send_text("late")


@websocket("/raise-after-gone")
async def raise_after_gone(socket: WebSocket) -> None:
    await socket.accept()
    try:
        await socket.receive_text()
    except WebSocketDisconnect:
        raise RuntimeError("a fault in the handler") from None


@websocket("/never-receives")
async def never_receives(socket: WebSocket) -> None:
    await socket.accept()
    await socket.scope["signal"]("never")


app = Litestar(
    [
        handler_returns,
        handler_raises,
        close_before_accept,
        return_before_accept,
        raise_before_accept,
        http_error,
        subprotocol,
        accept_header,
        accept_twice,
        send_before_accept,
        close_code,
        close_by_exception,
        close_reserved_code,
        close_long_reason,
        close_twice,
        send_after_close,
        empty_text,
        text_wanted,
        bytes_wanted,
        json_wanted,
        iteration,
        disconnect_not_caught,
        receive_after_gone,
        send_after_gone,
        raise_after_gone,
        never_receives,
    ]
)
