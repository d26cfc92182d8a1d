"""What is said to the application of the chapter concurrency."""

import asyncio

from .talk import client


async def concurrency(port: int) -> None:
    """F13: each client gets its answer, also after one has slept."""
    async with client(port) as sleeper, client(port) as other:
        await sleeper.send("sleep")
        await other.send("hello")
        answers = await asyncio.gather(sleeper.recv(), other.recv())
        assert answers == ["sleep", "hello"]
