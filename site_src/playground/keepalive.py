"""uvicorn pings by itself, here every 0.2 s: the handler knows nothing of it."""

import asyncio


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    await asyncio.sleep(0.5)
    await send({"type": "websocket.send", "text": "still here"})
    await receive()
