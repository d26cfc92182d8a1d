"""What is said to the application of the chapter drafts."""

from .talk import client


async def draft(port: int) -> None:
    """F3, F4, F6: what the chapter built echoes text, binary and empty messages."""
    async with client(port) as ws:
        for message in ("hello", "", b"\x00\xff", b""):
            await ws.send(message)
            assert await ws.recv() == message
