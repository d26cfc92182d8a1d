"""The acts of a scenario's client as a program in Python, short enough to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wslab.atlas.acts import (
    BOUND,
    Act,
    Connect,
    Read,
    Reset,
    Send,
    SendFrame,
    Watch,
)
from wslab.atlas.measure.http1 import request_bytes

_REPEATED = re.compile(rb"(.{1,100}?)\1{9,}", re.DOTALL)

_FRAME = '''
def frame(opcode, payload=b"", fin=True, masked=True, rsv=0):
    """One frame on the wire (RFC 6455, section 5.2)."""
    size, bit = len(payload), masked << 7
    if size < 126:
        length = bytes([bit | size])
    elif size < 1 << 16:
        length = bytes([bit | 126]) + size.to_bytes(2)
    else:
        length = bytes([bit | 127]) + size.to_bytes(8)
    head = bytes([fin << 7 | rsv << 4 | opcode]) + length
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
'''

_LISTEN = '''
async def listen():
    """Print what comes; answer what is in ANSWERS."""
    try:
        head = await reader.readuntil(b"\\r\\n\\r\\n")
        print(head.decode("latin-1").rstrip())
        arrived.put_nowait("the head")
        while b" 101 " in head.partition(b"\\r\\n")[0]:
            first, size = await reader.readexactly(2)
            if size > 125:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8))
            payload = await reader.readexactly(size)
            opcode = first & 15
            print(NAMES[opcode], payload[:60])
            if opcode in ANSWERS:
                writer.write(frame(ANSWERS[opcode], payload[:125]))
            if first >> 7 and opcode < 8:
                arrived.put_nowait("a message")
        while body := await reader.read(65536):
            print(body.decode("latin-1"))
        print("the server has ended the connection")
    except asyncio.IncompleteReadError:
        print("the server has ended the connection")
    except ConnectionError:
        print("the connection is reset")
'''


def client_source(acts: Sequence[Act]) -> str:
    """Return a client that performs the acts, as a file with `await` at its top level.

    Args:
        acts: Those of one connection, the first a `Connect` that reads. At the end
            it is closed, so that a `Leave` has to be the last.
    """
    (connect, *_) = acts
    assert isinstance(connect, Connect)
    closes = any(isinstance(act, SendFrame) and act.opcode == 8 for act in acts)
    answers = {} if closes else {8: 8}
    answers |= {9: 10}
    return "\n".join(
        (
            "import asyncio",
            "import os",
            *(("import socket", "import struct") if Reset() in acts else ()),
            "",
            'NAMES = {0: "more", 1: "text", 2: "binary", 8: "close", 9: "ping", '
            '10: "pong"}',
            f"ANSWERS = {answers if connect.answers else {}}"
            "  # a close frame by one, a ping by a pong",
            "",
            _FRAME,
            _LISTEN,
            "",
            *_lines(connect, acts[1:]),
            "",
        )
    )


def _lines(connect: Connect, acts: Sequence[Act]) -> Iterator[str]:
    yield 'reader, writer = await asyncio.open_connection("127.0.0.1", 8000)'
    yield "arrived = asyncio.Queue()"
    yield "listening = asyncio.create_task(listen())"
    lines = request_bytes(connect).splitlines(keepends=True)
    written = "\n    + ".join(_literal(line) for line in lines)
    yield f"writer.write(\n    {written}\n)"
    if connect.waits and not isinstance(acts[0], Watch):
        yield _arrival()
    for act in acts:
        yield from _performed(act)
    yield "listening.cancel()"
    yield "writer.close()"


def _performed(act: Act) -> Iterator[str]:
    match act:
        case Send(data):
            yield f"writer.write({_literal(data)})"
        case SendFrame():
            yield f"writer.write({_frame(act)})"
        case Read(messages):
            yield from (_arrival() for _ in range(messages))
        case Watch(seconds):
            yield f"await asyncio.wait([listening], timeout={seconds:g})"
        case Reset():
            yield 'connection = writer.get_extra_info("socket")'
            yield 'at_once = struct.pack("ii", 1, 0)  # so that closing is a reset'
            yield (
                "connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)"
            )


def _arrival() -> str:
    return f"await asyncio.wait_for(arrived.get(), {BOUND:g})"


def _frame(act: SendFrame) -> str:
    default = SendFrame.__dataclass_fields__
    flags = [
        f", {name}={getattr(act, name)!r}"
        for name in ("fin", "masked", "rsv")
        if getattr(act, name) != default[name].default
    ]
    payload = f", {_literal(act.payload)}" if act.payload or flags else ""
    return f"frame({int(act.opcode)}{payload}{''.join(flags)})"


def _literal(data: bytes) -> str:
    """Return bytes as an expression in which what is repeated stands once."""
    parts: list[str] = []
    at = 0
    for found in _REPEATED.finditer(data):
        if at < found.start():
            parts.append(repr(data[at : found.start()]))
        times = len(found[0]) // len(found[1])
        parts.append(f"{found[1]!r} * {times}")
        at = found.end()
    if at < len(data) or not parts:
        parts.append(repr(data[at:]))
    return " + ".join(parts)
