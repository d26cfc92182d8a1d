"""What is said to the application of the chapter chat."""

import json

from .talk import client


async def chat_rooms(port: int) -> None:
    """F37: the room's name decoded, strange JSON as text, history, no binary."""
    async with client(port, "/chat?room=blue%20sky&user=ada") as ada:
        for text in ('{"text": "hello"}', "[1]"):
            await ada.send(text)
            await ada.recv()
        async with client(port, "/chat?room=blue+sky&user=bob") as bob:
            heard = [json.loads(await bob.recv())["text"] for _ in range(2)]
            assert heard == ["hello", "[1]"]
        assert json.loads(await ada.recv()) == {"type": "joined", "user": "bob"}
        assert json.loads(await ada.recv()) == {"type": "left", "user": "bob"}
        await ada.send(b"\x00")
        await ada.wait_closed()
        assert ada.close_code == 1003
