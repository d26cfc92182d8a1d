"""A page offers subprotocols, the application picks one, or none."""

KNOWN = ("chat.v2", "chat.v1")


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    chosen = next((it for it in KNOWN if it in scope["subprotocols"]), None)
    await send({"type": "websocket.accept", "subprotocol": chosen})
    await send({"type": "websocket.close"})
