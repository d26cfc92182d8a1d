"""What is said to the application of the chapter Python clients."""

import json

from .talk import client


async def feed(port: int) -> None:
    """F51: what comes after a number, then what is new; a number that is unknown."""
    async with client(port, "/say") as ada, client(port, "/feed") as bob:
        await ada.send("one")
        await bob.send('{"after": 0}')
        assert json.loads(await bob.recv()) == {"id": 1, "text": "one"}
        await ada.send("two")
        assert json.loads(await bob.recv()) == {"id": 2, "text": "two"}
    async with client(port, "/feed") as carl:
        await carl.send('{"after": 1}')
        assert json.loads(await carl.recv()) == {"id": 2, "text": "two"}
    async with client(port, "/feed") as eve:
        await eve.send('{"after": 3}')
        await eve.wait_closed()
        assert eve.close_code == 4410
