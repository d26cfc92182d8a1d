"""A browser says from which page a WebSocket is opened. Nobody else has to."""

ALLOWED = {"http://127.0.0.1:8000"}


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    origin = dict(scope["headers"]).get(b"origin", b"").decode()
    if origin and origin not in ALLOWED:
        print("refused a page of", origin)
        await send({"type": "websocket.close"})  # before accept: a 403
        return
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": f"welcome, {origin or 'program'}"})
    await send({"type": "websocket.close"})
