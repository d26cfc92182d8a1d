"""What is said to the application of the chapter about pushing."""

import asyncio
import json
from urllib.request import Request, urlopen

from .talk import client


async def push(port: int) -> None:
    """F47, F48: it answers while it pushes, to every tab of a user and to no other."""
    async with client(port, "/ws/bob") as bob, client(port, "/ws/ada") as first:
        async with client(port, "/ws/ada") as second:
            assert await asyncio.to_thread(notified, port, "ada") == 2
            assert await first.recv() == await second.recv() == "paid"
            await second.send("thanks")
            assert await second.recv() == "you said thanks"
        await first.send("hello")
        assert await first.recv() == "you said hello"
        assert await asyncio.to_thread(notified, port, "bob") == 1
        assert await bob.recv() == "paid"
    assert await asyncio.to_thread(notified, port, "eve") == 0


def notified(port: int, user: str) -> int:
    """Push a text by HTTP, and return how many tabs there were to push it to."""
    url = f"http://127.0.0.1:{port}/notify/{user}?text=paid"
    with urlopen(Request(url, method="POST"), timeout=30) as response:
        tabs: int = json.load(response)["tabs"]
        return tabs
