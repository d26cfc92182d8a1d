"""What is said to the application of the chapter first-hour."""

from .talk import client, refused


async def hello(port: int) -> None:
    """F46: texts come back, an empty one too; another path is refused."""
    async with client(port, "/ws") as ws:
        for text in ("hello", "", "naïve"):
            await ws.send(text)
            assert await ws.recv() == text
    assert await refused(port, "/ws/") == 403
