"""No token, no WebSocket: the handshake is answered with a 401."""

from urllib.parse import parse_qs


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    query = parse_qs(scope["query_string"].decode())
    if query.get("token") != ["let-me-in"]:
        await send({"type": "websocket.http.response.start", "status": 401})
        await send({"type": "websocket.http.response.body", "body": b"a token"})
        return
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "welcome"})
    await send({"type": "websocket.close"})
