"""A handler that returns without a close: what does its client see?"""


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "that was all"})
    # Here it ends. Add the next line, and look again.
    # await send({"type": "websocket.close", "code": 1000})
