"""What is said to the application of the chapter leaving a page."""

from .talk import client, get


async def leaving(port: int) -> None:
    """A page that says goodbye, and the socket that it opens."""
    status, page = await get(port, "/")
    assert status == 200
    assert "pagehide" in page
    async with client(port) as ws:
        await ws.send("came")
        await ws.close(4000, "left")
    assert ws.close_code == 4000
