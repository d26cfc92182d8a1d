"""An ASGI server of its own, small and with faults that are known, to be checked.

`python small_server.py PORT MODULE:NAME`. It speaks HTTP/1.1 and WebSocket as far as
the scenarios of the test go. Its faults: it refuses with 500 where ASGI says 403, and
it answers no ping.
"""

import asyncio
import base64
import hashlib
import importlib
import struct
import sys

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def read_frame(reader):
    first, second = await reader.readexactly(2)
    length = second & 0x7F
    if length > 125:
        size = 2 if length == 126 else 8
        length = int.from_bytes(await reader.readexactly(size))
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(length)
    return first & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def frame(opcode, payload):
    return struct.pack("!BB", 0x80 | opcode, len(payload)) + payload


class Exchange:
    def __init__(self, reader, writer, headers):
        self.reader, self.writer, self.headers = reader, writer, headers
        self.connected = self.closed = False

    async def receive(self):
        if not self.connected:
            self.connected = True
            return {"type": "websocket.connect"}
        try:
            while True:
                opcode, payload = await read_frame(self.reader)
                if opcode == 1:
                    text = payload.decode()
                    return {"type": "websocket.receive", "text": text}
                if opcode == 8:
                    self.write(frame(8, payload[:2]))
                    code = int.from_bytes(payload[:2]) if payload else 1005
                    return {"type": "websocket.disconnect", "code": code}
        except asyncio.IncompleteReadError:
            return {"type": "websocket.disconnect", "code": 1006}

    def write(self, data):
        self.closed = self.closed or data[:1] == b"\x88"
        self.writer.write(data)

    async def send(self, event):
        if event["type"] == "websocket.accept":
            digest = hashlib.sha1(self.headers[b"sec-websocket-key"] + GUID).digest()
            self.writer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                b"connection: Upgrade\r\nsec-websocket-accept: "
                + base64.b64encode(digest)
                + b"\r\n\r\n"
            )
            self.accepted = True
        elif event["type"] == "websocket.send":
            self.write(frame(1, event["text"].encode()))
        elif getattr(self, "accepted", False):
            self.write(frame(8, struct.pack("!H", event.get("code", 1000))))
        else:
            self.writer.write(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")
            self.closed = True


async def serve(app, reader, writer):
    head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    target = head[0].split(b" ")[1]
    headers = dict(line.split(b": ", 1) for line in head[1:] if line)
    scope = {
        "type": "websocket" if b"upgrade" in headers else "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "headers": list(headers.items()),
        "path": target.decode(),
        "query_string": b"",
        "subprotocols": [],
        "method": "GET",
    }
    exchange = Exchange(reader, writer, headers)
    if scope["type"] == "websocket":
        await app(scope, exchange.receive, exchange.send)
        if not exchange.closed:
            exchange.write(frame(8, struct.pack("!H", 1000)))
    else:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        await app(scope, exchange.receive, ignore)
    await writer.drain()
    writer.close()


async def ignore(event):
    """The answer is always the same."""


async def main(port, name):
    module, _, attribute = name.partition(":")
    app = getattr(importlib.import_module(module), attribute)

    async def connected(reader, writer):
        await serve(app, reader, writer)

    async with await asyncio.start_server(connected, "127.0.0.1", int(port)) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
