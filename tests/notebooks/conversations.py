"""What the tests say to each application that a chapter offers for download.

A conversation is a coroutine function of the port; its name is the application's, and
it asserts what the chapter promises. An application without one is greeted.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from http.client import HTTPConnection
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

Conversation = Callable[[int], Awaitable[None]]


async def get(port: int, path: str) -> tuple[int, str]:
    """Status and body of an HTTP request."""

    def request() -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    return await asyncio.to_thread(request)


def client(port: int, path: str = "/", **options: Any) -> connect:
    return connect(f"ws://127.0.0.1:{port}{path}", **options)


async def refused(port: int, path: str, **options: Any) -> int:
    """The status with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as caught:
        await client(port, path, **options)
    return caught.value.response.status_code


async def greeting(port: int) -> None:
    """An application that has no conversation of its own lets a client in."""
    async with client(port) as ws:
        assert ws.response.status_code == 101


async def handshake(port: int) -> None:
    """F33, F34: a handshake is accepted, a plain request gets the 404 of its own."""
    async with client(port, "/rooms?name=red") as ws:
        assert ws.response.status_code == 101
    assert await get(port, "/") == (404, "A WebSocket lives here.\n")


async def echo(port: int) -> None:
    """F35, F42: text, binary and empty messages; F36: the page."""
    async with client(port, "/echo") as ws:
        for message in ("hello", "", "naïve", b"\x00\xff", b""):
            await ws.send(message)
            assert await ws.recv() == message
    status, page = await get(port, "/")
    assert status == 200
    assert "new WebSocket(" in page


async def closing(port: int) -> None:
    """F41: the application's code and reason, and a handler that returns."""
    async with client(port) as ws:
        await ws.send("4001")
        await ws.wait_closed()
        assert (ws.close_code, ws.close_reason) == (4001, "done")
    async with client(port) as ws:
        await ws.send("return")
        await ws.wait_closed()
        assert ws.close_code == 1006


async def shouting(port: int) -> None:
    """The script's application, run by uvicorn's command."""
    async with client(port) as ws:
        await ws.send("straße")
        assert await ws.recv() == "STRASSE"


async def draft(port: int) -> None:
    """F3, F4, F6: what the chapter built echoes text, binary and empty messages."""
    async with client(port) as ws:
        for message in ("hello", "", b"\x00\xff", b""):
            await ws.send(message)
            assert await ws.recv() == message


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


async def views(port: int) -> None:
    """F12, F16, F19, F29, F32: a view of each kind."""
    talks = {
        "/echo": ("hello", "hello"),
        "/rooms/blue?page=3&tag=a": (
            "?",
            '{"room":"blue","tag":["a"],"page":3,"order":"new"}',
        ),
        "/sum": ("[1, 2, 3]", '{"sum":6}'),
        "/size": (b"\x00\xff", "2 bytes"),
        "/v1/dice/6": ("4", "4 of 6"),
        "/guests": ("?", "came"),
    }
    for path, (message, expected) in talks.items():
        async with client(port, path) as ws:
            await ws.send(message)
            assert await ws.recv() == expected
    assert await refused(port, "/rooms/blue?page=three") == 403
    assert await refused(port, "/nowhere") == 404


async def rejecting(port: int) -> None:
    """F25, F39, F40: a token in a header, a subprotocol and the first message."""
    header = {"Authorization": "bearer correct-horse"}
    async with client(port, "/header", additional_headers=header) as ws:
        assert await ws.recv() == "welcome"
    assert await refused(port, "/header") == 401
    assert await refused(port, "/header", origin="https://evil.example") == 403
    offer = ["chat", "token.correct-horse"]
    async with client(port, "/subprotocol", subprotocols=offer) as ws:
        assert ws.subprotocol == "chat"
    assert await refused(port, "/subprotocol", subprotocols=["chat"]) == 401
    async with client(port, "/first") as ws:
        await ws.send("wrong")
        await ws.wait_closed()
        assert (ws.close_code, ws.close_reason) == (4401, "log in")


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


async def codes(port: int) -> None:
    """F26, F27: a code of the application's own, 1003, 1011, and one refused."""
    for message, code in {"5": 1000, "13": 4013, "0": 1011, b"5": 1003}.items():
        async with client(port, "/divide") as ws:
            await ws.send(message)
            await ws.wait_closed()
            assert ws.close_code == code
    async with client(port, "/close") as ws:
        await ws.send("1005")
        assert "1005" in str(await ws.recv())
        await ws.send("4000 see you")
        await ws.wait_closed()
        assert (ws.close_code, ws.close_reason) == (4000, "see you")


CONVERSATIONS: dict[str, Conversation] = {
    it.__name__: it
    for it in (
        handshake,
        echo,
        closing,
        shouting,
        draft,
        handlers,
        views,
        rejecting,
        codes,
        chat_rooms,
        chat,
    )
}
