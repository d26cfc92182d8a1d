"""What is said to the application of the chapter closing."""

from .talk import client


async def closing(port: int) -> None:
    """F41: the application's code and reason, and a handler that returns."""
    async with client(port) as ws:
        await ws.send("4001")
        await ws.wait_closed()
        assert (ws.close_code, ws.close_reason) == (4001, "done")
    async with client(port) as ws:
        await ws.send("return")
        await ws.wait_closed()
        assert ws.close_code == 1006
