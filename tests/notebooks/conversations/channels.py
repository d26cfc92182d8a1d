"""What is said to the application of the chapter channels."""

from .talk import client, refused


async def consumer(port: int) -> None:
    """F57: texts come back in capitals, the empty one too; a path without a route."""
    async with client(port, "/shout") as ws:
        for message in ("hello", ""):
            await ws.send(message)
            assert await ws.recv() == message.upper()
    assert await refused(port, "/nowhere") == 500
