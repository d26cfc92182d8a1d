"""What is said to the application of the chapter shutdown."""

from .talk import client


async def shutdown(port: int) -> None:
    """F55: the handler that behaves answers, with the number of its process."""
    async with client(port, "/ann") as ws:
        await ws.send("hello")
        text, process = str(await ws.recv()).split()
        assert text == "hello"
        assert process.isdigit()
