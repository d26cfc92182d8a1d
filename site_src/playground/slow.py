"""A handler that takes its time: what comes meanwhile waits, in order."""

import asyncio


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await asyncio.sleep(0.2)
        await send({"type": "websocket.send", "text": f"done: {event['text']}"})
