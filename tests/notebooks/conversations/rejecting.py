"""What is said to the applications of the chapter rejecting."""

from .talk import client, refused


async def refusing(port: int) -> None:
    """F40: a 401 by raw events, and a client with the token."""
    header = {"Authorization": "Bearer correct-horse"}
    async with client(port, additional_headers=header) as ws:
        assert await ws.recv() == "welcome"
    assert await refused(port, "/") == 401


async def rejecting(port: int) -> None:
    """F25, F40: a 401 by `reject`, and before it the 403 for a strange page."""
    header = {"Authorization": "bearer correct-horse"}
    async with client(port, "/header", additional_headers=header) as ws:
        assert await ws.recv() == "welcome"
    assert await refused(port, "/header") == 401
    assert await refused(port, "/header", origin="https://evil.example") == 403
