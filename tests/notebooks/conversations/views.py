"""What is said to the application of the chapter views."""

from .talk import client, refused


async def views(port: int) -> None:
    """F12, F16, F19, F32: a view of each kind."""
    talks = {
        "/echo": ("hello", "hello"),
        "/rooms/blue?page=3&tag=a": (
            "?",
            '{"room":"blue","tag":["a"],"page":3,"order":"new"}',
        ),
        "/sum": ("[1, 2, 3]", '{"sum":6}'),
        "/size": (b"\x00\xff", "2 bytes"),
        "/v1/dice/6": ("4", "4 of 6"),
    }
    for path, (message, expected) in talks.items():
        async with client(port, path) as ws:
            await ws.send(message)
            assert await ws.recv() == expected
    assert await refused(port, "/rooms/blue?page=three") == 403
    assert await refused(port, "/nowhere") == 404
