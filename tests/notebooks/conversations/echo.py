"""What is said to the application of the chapter echo."""

from .talk import client, get


async def echo(port: int) -> None:
    """F35, F42: text, binary and empty messages; F36: the page."""
    async with client(port, "/echo") as ws:
        for message in ("hello", "", "naïve", b"\x00\xff", b""):
            await ws.send(message)
            assert await ws.recv() == message
    status, page = await get(port, "/")
    assert status == 200
    assert "new WebSocket(" in page
