"""What is said to the application of the chapter handshake."""

from .talk import client, get


async def handshake(port: int) -> None:
    """F33, F34: a handshake is accepted, a plain request gets the 404 of its own."""
    async with client(port, "/rooms?name=red") as ws:
        assert ws.response.status_code == 101
    assert await get(port, "/") == (404, "A WebSocket lives here.\n")
