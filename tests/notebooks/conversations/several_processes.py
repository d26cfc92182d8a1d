"""What is said to the application of the chapter several processes."""

from .talk import client


async def processes(port: int) -> None:
    """F54: a greeting with the process, an echo to all members, the history."""
    async with client(port, "/tea") as ann:
        greeting = await ann.recv()
        assert greeting.startswith("joined ")
        await ann.send("hello")
        assert await ann.recv() == "hello"
        async with client(port, "/tea") as bob:
            assert [await bob.recv() for _ in range(2)] == ["hello", greeting]
