"""What is said to the application of the chapter fastapi."""

import json

from .talk import client, refused


async def shout(port: int) -> None:
    """F45, F56: a token, a dependency that refuses, messages that are no orders."""
    token = {"Authorization": "bearer correct-horse"}
    async with client(port, "/shout", additional_headers=token) as ws:
        for message, answer in {"hello": "ada: HELLO", "": "ada: "}.items():
            await ws.send(message)
            assert await ws.recv() == answer
    assert await refused(port, "/shout") == 401
    wrong = {"Authorization": "Bearer correct-hors\u00e9"}
    assert await refused(port, "/shout", additional_headers=wrong) == 401
    async with client(port, "/orders") as ws:
        for message, key in {"[": "errors", '{"item": "a", "count": 1}': "ok"}.items():
            await ws.send(message)
            assert key in json.loads(await ws.recv())
