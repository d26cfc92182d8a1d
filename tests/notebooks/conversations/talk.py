"""What conversations are made of: a request, a client, a refusal."""

import asyncio
from http.client import HTTPConnection
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus


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
