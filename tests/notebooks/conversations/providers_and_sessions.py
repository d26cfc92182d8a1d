"""What is said to the application of the chapter providers and sessions."""

from .talk import client


async def providers(port: int) -> None:
    """F29: a value of the application, and one of the connection that needs it."""
    for path, name in {"/hello?id=ada": "Ada Lovelace", "/hello": "a guest"}.items():
        async with client(port, path) as ws:
            await ws.send("good morning")
            assert await ws.recv() == f"good morning, {name}"
