"""What is said to the application of the chapter about files and streams."""

import contextlib
import hashlib
import json
import struct
from typing import Any

from websockets.exceptions import ConnectionClosed

from .talk import client

DATA = bytes(range(256)) * 600
HALF = len(DATA) // 2


async def binary(port: int) -> None:
    """F42, F59: chunks are stored at their place, resumed, and answered for."""
    path = f"/upload/a?size={len(DATA)}"
    async with client(port, path) as first:
        assert said(await first.recv(), "have") == 0
        await first.send(chunk(0, DATA[:HALF]))
        assert said(await first.recv(), "have") == HALF
    async with client(port, path) as second:
        assert said(await second.recv(), "have") == HALF
        await second.send(chunk(0, DATA[:HALF]))
        assert said(await second.recv(), "have") == HALF
        await second.send(chunk(HALF, DATA[HALF:]))
        assert said(await second.recv(), "have") == len(DATA)
        assert said(await second.recv(), "sha256") == hashlib.sha256(DATA).hexdigest()
    for fault in (b"", chunk(1, b"a gap"), chunk(0, b"too much"), "text"):
        async with client(port, "/upload/b?size=4") as third:
            assert said(await third.recv(), "have") == 0
            await third.send(fault)
            with contextlib.suppress(ConnectionClosed):
                await third.recv()
        assert third.close_code == 4400


def chunk(offset: int, data: bytes) -> bytes:
    return struct.pack("!Q", offset) + data


def said(text: str | bytes, key: str) -> Any:
    """A value of a message in JSON."""
    return json.loads(text)[key]
