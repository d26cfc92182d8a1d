"""The smallest application: it accepts, and sends back what it gets."""


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while True:
        event = await receive()
        if event["type"] == "websocket.disconnect":
            break
        await send({"type": "websocket.send", "text": event["text"]})
