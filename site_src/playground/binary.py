"""Bytes both ways: a picture of 4 pixels is made darker."""


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        if event.get("bytes") is None:
            await send({"type": "websocket.close", "code": 1003})
            break
        darker = bytes(it // 2 for it in event["bytes"])
        await send({"type": "websocket.send", "bytes": darker})
