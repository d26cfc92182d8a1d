"""What is said to the application of the chapter tokens."""

from .talk import client, refused


async def tokens(port: int) -> None:
    """F39: a token in a header, a subprotocol, the first message and a cookie."""
    header = {"Authorization": "bearer correct-horse"}
    async with client(port, additional_headers=header) as ws:
        assert await ws.recv() == "welcome"
    wrong = {"Authorization": "Bearer wrong"}
    assert await refused(port, "/", additional_headers=wrong) == 401
    async with client(port) as ws:
        await ws.send("wrong")
        await ws.wait_closed()
        assert (ws.close_code, ws.close_reason) == (4401, "log in")
    offer = ["chat", "token.correct-horse"]
    async with client(port, "/subprotocol", subprotocols=offer) as ws:
        assert ws.subprotocol == "chat"
    assert await refused(port, "/subprotocol", subprotocols=["chat"]) == 401
    cookie = {"Cookie": "other=1; session=9f2c"}
    async with client(port, "/cookie", additional_headers=cookie) as ws:
        assert await ws.recv() == "welcome, ada"
    assert await refused(port, "/cookie") == 403
