"""What is said to the application of the chapter about one-way alternatives."""

import asyncio
import http.client
import json

from .talk import client, get


async def one_way(port: int) -> None:
    """F11: the same news by stream, by poll and by WebSocket; each keeps its place."""
    async with client(port) as ws:
        assert await asyncio.to_thread(told, port, "rain") == 202
        assert await ws.recv() == "rain"
        assert await asyncio.to_thread(told, port, "wind") == 202
        assert await ws.recv() == "wind"
    assert await asyncio.to_thread(event_after, port, "0") == ["id: 1", "data: rain"]
    assert await asyncio.to_thread(event_after, port, "1") == ["id: 2", "data: wind"]
    status, text = await get(port, "/poll?after=1")
    assert (status, json.loads(text)) == (200, [[2, "wind"]])
    status, text = await get(port, "/over")
    assert (status, text) == (204, "")


def told(port: int, text: str) -> int:
    """Publish a text, and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/news", text)
        return connection.getresponse().status
    finally:
        connection.close()


def event_after(port: int, number: str) -> list[str]:
    """Return the lines of the first event that comes to who has had a number."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/events", headers={"Last-Event-ID": number})
        response = connection.getresponse()
        assert response.headers["Content-Type"] == "text/event-stream"
        lines = [response.readline().decode().strip() for _ in range(4)]
        assert lines[:2] == ["retry: 50", ""]
        return lines[2:]
    finally:
        connection.close()
