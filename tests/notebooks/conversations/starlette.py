"""What is said to the application of the chapter starlette."""

from .talk import client, refused


async def calm(port: int) -> None:
    """F45, F56: texts come back, the empty one too; a path without a route."""
    async with client(port, "/echo") as ws:
        for message in ("hello", ""):
            await ws.send(message)
            assert await ws.recv() == message
    assert await refused(port, "/nowhere") == 403
