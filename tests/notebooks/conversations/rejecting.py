"""What is said to the application of the chapter rejecting."""

from .talk import client, refused


async def rejecting(port: int) -> None:
    """F25, F39, F40: a token in a header, a subprotocol and the first message."""
    header = {"Authorization": "bearer correct-horse"}
    async with client(port, "/header", additional_headers=header) as ws:
        assert await ws.recv() == "welcome"
    assert await refused(port, "/header") == 401
    assert await refused(port, "/header", origin="https://evil.example") == 403
    offer = ["chat", "token.correct-horse"]
    async with client(port, "/subprotocol", subprotocols=offer) as ws:
        assert ws.subprotocol == "chat"
    assert await refused(port, "/subprotocol", subprotocols=["chat"]) == 401
    async with client(port, "/first") as ws:
        await ws.send("wrong")
        await ws.wait_closed()
        assert (ws.close_code, ws.close_reason) == (4401, "log in")
