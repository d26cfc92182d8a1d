"""The handlers in Starlette."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException, WebSocketException
from starlette.responses import PlainTextResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


async def handler_returns(websocket: WebSocket) -> None:
    await websocket.accept()


async def handler_raises(websocket: WebSocket) -> None:
    await websocket.accept()
    raise RuntimeError("a fault in the handler")


async def close_before_accept(websocket: WebSocket) -> None:
    await websocket.close()


async def return_before_accept(websocket: WebSocket) -> None:
    return


async def raise_before_accept(websocket: WebSocket) -> None:
    raise RuntimeError("no")


async def http_error(websocket: WebSocket) -> None:
    raise HTTPException(401, "members only")


async def denial_response(websocket: WebSocket) -> None:
    await websocket.send_denial_response(PlainTextResponse("members only", 401))


async def subprotocol(websocket: WebSocket) -> None:
    await websocket.accept("news")
    await websocket.close()


async def accept_header(websocket: WebSocket) -> None:
    await websocket.accept(headers=[(b"x-greeting", b"hello")])
    await websocket.close()


async def accept_twice(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.accept()


async def send_before_accept(websocket: WebSocket) -> None:
    await websocket.send_text("early")


async def close_code(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close(3000, "bye")


async def close_by_exception(websocket: WebSocket) -> None:
    await websocket.accept()
    raise WebSocketException(1008, "not allowed")


async def close_reserved_code(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close(1006)


async def close_long_reason(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close(1000, "x" * 124)


async def close_twice(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()
    await websocket.close()


async def send_after_close(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()
    await websocket.send_text("late")


async def empty_text(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())


async def text_wanted(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(repr(await websocket.receive_text()))


async def bytes_wanted(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(repr(await websocket.receive_bytes()))


async def json_wanted(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(repr(await websocket.receive_json()))


async def iteration(websocket: WebSocket) -> None:
    await websocket.accept()
    async for message in websocket.iter_text():
        await websocket.send_text(message)


async def disconnect_not_caught(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.receive_text()


async def receive_after_gone(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        await websocket.receive_text()
    except WebSocketDisconnect:
        await websocket.receive_text()


async def send_after_gone(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.scope["signal"]("go")
    await websocket.send_text("late")


async def raise_after_gone(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        await websocket.receive_text()
    except WebSocketDisconnect:
        raise RuntimeError("a fault in the handler") from None


async def never_receives(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.scope["signal"]("never")


HANDLERS = {
    "/handler-returns": handler_returns,
    "/handler-raises": handler_raises,
    "/close-before-accept": close_before_accept,
    "/return-before-accept": return_before_accept,
    "/raise-before-accept": raise_before_accept,
    "/http-error": http_error,
    "/denial-response": denial_response,
    "/subprotocol": subprotocol,
    "/subprotocol-not-offered": subprotocol,
    "/accept-header": accept_header,
    "/accept-twice": accept_twice,
    "/send-before-accept": send_before_accept,
    "/close-code": close_code,
    "/close-by-exception": close_by_exception,
    "/close-reserved-code": close_reserved_code,
    "/close-long-reason": close_long_reason,
    "/close-twice": close_twice,
    "/send-after-close": send_after_close,
    "/empty-text": empty_text,
    "/text-wanted": text_wanted,
    "/bytes-wanted": bytes_wanted,
    "/json-wanted": json_wanted,
    "/iteration": iteration,
    "/disconnect-not-caught": disconnect_not_caught,
    "/receive-after-gone": receive_after_gone,
    "/send-after-gone": send_after_gone,
    "/raise-after-gone": raise_after_gone,
    "/never-receives": never_receives,
}

app = Starlette(
    routes=[WebSocketRoute(path, handler) for path, handler in HANDLERS.items()]
)
