"""What is said to the application of the chapter close codes."""

from .talk import client


async def codes(port: int) -> None:
    """F26, F27: a code of the application's own, 1003, 1011, and one refused."""
    for message, code in {"5": 1000, "13": 4013, "0": 1011, b"5": 1003}.items():
        async with client(port, "/divide") as ws:
            await ws.send(message)
            await ws.wait_closed()
            assert ws.close_code == code
    async with client(port, "/close") as ws:
        await ws.send("1005")
        assert "1005" in str(await ws.recv())
        await ws.send("4000 see you")
        await ws.wait_closed()
        assert (ws.close_code, ws.close_reason) == (4000, "see you")
