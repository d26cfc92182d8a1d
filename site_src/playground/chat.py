"""A room: what one page sends, all see. Two pages are in it, side by side."""

members = set()


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    members.add(send)
    try:
        while (event := await receive())["type"] == "websocket.receive":
            for member in list(members):
                await member({"type": "websocket.send", "text": event["text"]})
    finally:
        members.discard(send)
