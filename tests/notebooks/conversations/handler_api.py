"""What is said to the application of the chapter handler api."""

from .talk import client, refused


async def handlers(port: int) -> None:
    """F2, F8, F9, F15: matches with their types, subprotocols, headers, no route."""
    async with client(port, "/echo") as ws:
        await ws.send(b"\x00")
        assert await ws.recv() == b"\x00"
    matches = {
        "/rooms/blue/7": "{'room': 'blue', 'page': 7}",
        "/scale/1.5": "{'factor': 1.5}",
        "/files/a/b.txt": "{'rest': 'a/b.txt'}",
        "/days/2026-02-28": "{'when': datetime.datetime(2026, 2, 28, 0, 0)}",
    }
    for path, expected in matches.items():
        async with client(port, path) as ws:
            await ws.send("?")
            assert await ws.recv() == expected
    async with client(port, "/feed", subprotocols=["xml", "json"]) as ws:
        assert ws.subprotocol == "json"
        assert ws.response.headers["feed-version"] == "3"
    assert await refused(port, "/rooms/blue/seven") == 404
    assert await refused(port, "/days/2026-02-30") == 404
