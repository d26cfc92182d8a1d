"""What is said to the application of the chapter origins."""

from .talk import client, refused


async def origins(port: int) -> None:
    """F39: a page of one's own, a program, and a page of somebody else."""
    for origin in ("https://example.org", None):
        async with client(port, origin=origin) as ws:
            assert await ws.recv() == "Ada has 1000"
    assert await refused(port, "/", origin="https://evil.example") == 403
    assert await refused(port, "/", origin="https://example.org.evil.example") == 403
