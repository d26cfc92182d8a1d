"""What is said to the application of the chapter chat page."""

import json

from .talk import client, get


async def chat(port: int) -> None:
    """F29, F30: names of their own, history, and the page."""
    async with client(port, "/chat?user=ada") as ada:
        await ada.send("hello")
        message = {"type": "message", "user": "ada", "text": "hello"}
        assert json.loads(await ada.recv()) == message
        async with client(port, "/chat?user=ada") as other:
            assert json.loads(await other.recv()) == message
            assert json.loads(await ada.recv()) == {"type": "joined", "user": "ada'"}
    status, page = await get(port, "/")
    assert status == 200
    assert "textContent" in page
    assert (await get(port, "/unsafe"))[0] == 404
