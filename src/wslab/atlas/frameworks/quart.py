"""The handlers in Quart."""

from __future__ import annotations

import asyncio

from quart import Quart, abort, websocket
from quart.typing import ResponseReturnValue

app = Quart(__name__)


@app.websocket("/handler-returns")
async def handler_returns() -> None:
    await websocket.accept()


@app.websocket("/handler-raises")
async def handler_raises() -> None:
    await websocket.accept()
    raise RuntimeError("a fault in the handler")


@app.websocket("/close-before-accept")
async def close_before_accept() -> None:
    await websocket.close(1000)


@app.websocket("/return-before-accept")
async def return_before_accept() -> None:
    return


@app.websocket("/raise-before-accept")
async def raise_before_accept() -> None:
    raise RuntimeError("no")


@app.websocket("/http-error")
async def http_error() -> None:
    abort(401, "members only")


@app.websocket("/denial-response")
async def denial_response() -> ResponseReturnValue:
    return "members only", 401


@app.websocket("/subprotocol")
@app.websocket("/subprotocol-not-offered")
async def subprotocol() -> None:
    await websocket.accept(subprotocol="news")
    await websocket.close(1000)


@app.websocket("/accept-header")
async def accept_header() -> None:
    await websocket.accept(headers={"x-greeting": "hello"})
    await websocket.close(1000)


@app.websocket("/accept-twice")
async def accept_twice() -> None:
    await websocket.accept()
    await websocket.accept()


@app.websocket("/send-before-accept")
async def send_before_accept() -> None:
    await websocket.send("early")


@app.websocket("/close-code")
async def close_code() -> None:
    await websocket.accept()
    await websocket.close(3000, "bye")


@app.websocket("/close-by-exception")
async def close_by_exception() -> None:
    await websocket.accept()
    abort(403, "not allowed")


@app.websocket("/close-reserved-code")
async def close_reserved_code() -> None:
    await websocket.accept()
    await websocket.close(1006)


@app.websocket("/close-long-reason")
async def close_long_reason() -> None:
    await websocket.accept()
    await websocket.close(1000, "x" * 124)


@app.websocket("/close-twice")
async def close_twice() -> None:
    await websocket.accept()
    await websocket.close(1000)
    await websocket.close(1000)


@app.websocket("/send-after-close")
async def send_after_close() -> None:
    await websocket.accept()
    await websocket.close(1000)
    await websocket.send("late")


@app.websocket("/empty-text")
async def empty_text() -> None:
    await websocket.send(await websocket.receive())


@app.websocket("/json-wanted")
async def json_wanted() -> None:
    await websocket.send(repr(await websocket.receive_json()))


@app.websocket("/iteration")
async def iteration() -> None:
    while True:
        await websocket.send(await websocket.receive())


@app.websocket("/disconnect-not-caught")
async def disconnect_not_caught() -> None:
    await websocket.receive()


@app.websocket("/receive-after-gone")
async def receive_after_gone() -> None:
    try:
        await websocket.receive()
    except asyncio.CancelledError:
        await websocket.receive()


@app.websocket("/send-after-gone")
async def send_after_gone() -> None:
    await websocket.accept()
    await websocket.scope["signal"]("go")
    await websocket.send("late")


@app.websocket("/raise-after-gone")
async def raise_after_gone() -> None:
    try:
        await websocket.receive()
    except asyncio.CancelledError:
        raise RuntimeError("a fault in the handler") from None


@app.websocket("/never-receives")
async def never_receives() -> None:
    await websocket.accept()
    await websocket.scope["signal"]("never")
