"""What is said to the application of the chapter scripts in a notebook."""

from .talk import client


async def shouting(port: int) -> None:
    """The script's application, run by uvicorn's command."""
    async with client(port) as ws:
        await ws.send("straße")
        assert await ws.recv() == "STRASSE"
