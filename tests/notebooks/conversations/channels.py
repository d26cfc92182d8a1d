"""What is said to the applications of the chapters on Channels."""

from .talk import client, refused


async def consumer(port: int) -> None:
    """F57: texts come back in capitals, the empty one too; a path without a route."""
    async with client(port, "/shout") as ws:
        for message in ("hello", ""):
            await ws.send(message)
            assert await ws.recv() == message.upper()
    assert await refused(port, "/nowhere") == 500


async def groups(port: int) -> None:
    """F57: what one member says comes to all of them."""
    async with client(port, "/room") as ann, client(port, "/room") as bob:
        await ann.send("hello")
        assert await ann.recv() == await bob.recv() == "hello"


async def production(port: int) -> None:
    """F57: without a Redis, one process has a room of its own."""
    await groups(port)
