"""The client on a TCP connection, against a server of a few lines."""

import asyncio
import time

from wslab.atlas.acts import Connect
from wslab.atlas.measure.client import LATENCY, Client
from wslab.atlas.measure.http1 import over_http1
from wslab.trace.model import TcpEnd

HEAD = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n"
CLOSE = b"\x88\x02\x03\xe8"


async def test_a_close_frame_is_answered_once_and_as_from_afar():
    answers = []
    done = asyncio.Event()

    async def closes(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        sent = time.monotonic()
        writer.write(HEAD + CLOSE + CLOSE)
        answers.append(await reader.readexactly(8))
        answers.append(time.monotonic() - sent)
        writer.write_eof()
        answers.append(await reader.read())
        writer.close()
        done.set()

    server = await asyncio.start_server(closes, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        client = await Client.open(over_http1, port, Connect(), "a-run.1")
        await client.until(lambda: False, 5)
        await client.close()
        await done.wait()
    answer, after, rest = answers
    assert answer[:2] == b"\x88\x82"
    assert after >= LATENCY > 0
    assert rest == b""
    assert client.events[-1][1] == TcpEnd("server", "FIN")
