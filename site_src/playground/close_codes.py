"""The code that a path names: which ones reach the page, and as what?"""


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    code = int(scope["path"].strip("/"))
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code, "reason": "as asked"})
