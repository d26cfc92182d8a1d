"""What is said to the application of the chapter keepalive."""

from .talk import client


async def heartbeat(port: int) -> None:
    """F50: each beat is answered, and a client that falls silent is closed."""
    async with client(port) as ws:
        for _ in range(2):
            await ws.send("beat")
            assert await ws.recv() == "beat"
        await ws.wait_closed()
    assert ws.close_code == 4008
