"""The acts of a scenario's client as a program in Python, short enough to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wslab.atlas.acts import (
    BOUND,
    Act,
    As,
    Await,
    Connect,
    Finish,
    Leave,
    Read,
    Reset,
    Send,
    SendFrame,
    Signal,
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
async def listen(reader, writer, arrived, answers, who=""):
    """Print what comes; `answers` has opcodes of frames, and of those that answer."""
    try:
        head = await reader.readuntil(b"\\r\\n\\r\\n")
        print(who + head.decode("latin-1").rstrip())
        arrived.put_nowait("the head")
        while b" 101 " in head.partition(b"\\r\\n")[0]:
            first, size = await reader.readexactly(2)
            if size > 125:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8))
            payload = await reader.readexactly(size)
            opcode = first & 15
            print(who + NAMES[opcode], payload[:60])
            if opcode in answers:
                writer.write(frame(answers[opcode], payload[:125]))
            if first >> 7 and opcode < 8:
                arrived.put_nowait("a message")
        while body := await reader.read(65536):
            print(who + body.decode("latin-1"))
        print(who + "the server has ended the connection")
    except asyncio.IncompleteReadError:
        print(who + "the server has ended the connection")
    except ConnectionError:
        print(who + "the connection is reset")
    finally:
        arrived.put_nowait("the end")
        writer.close()


async def connect(request, answers, who=""):
    """Send a request; return how to write, what arrives, and who listens."""
    reader, writer = await asyncio.open_connection("127.0.0.1", 8000)
    arrived = asyncio.Queue()
    listening = asyncio.create_task(listen(reader, writer, arrived, answers, who))
    writer.write(request)
    return writer, arrived, listening
'''

_UNTIL = '''
async def until(lines):
    """Wait until the application has done what one of the patterns says."""
    async with asyncio.timeout({bound:g}):
        while not any(fnmatch(it, line) for it in did for line in lines.split("|")):
            news.clear()
            await news.wait()
'''


def client_source(acts: Sequence[Act]) -> str:
    """Return a client that performs the acts, as a file with `await` at its top level.

    It uses the names that `application_source` gives the application, where that waits
    for a `Signal` and where an `Await` waits for it. What is open at the end is closed.

    Args:
        acts: Those of one connection or of several, which the act `As` tells apart.
    """
    follows = any(isinstance(act, Await) for act in acts)
    resets = any(act == Reset() for _, act in _addressed(acts))
    return "\n".join(
        (
            "import asyncio",
            "import os",
            *(("import socket", "import struct") if resets else ()),
            *(("from fnmatch import fnmatch",) if follows else ()),
            "",
            'NAMES = {0: "more", 1: "text", 2: "binary", 8: "close", 9: "ping", '
            '10: "pong"}',
            "",
            _FRAME,
            _LISTEN,
            *((_UNTIL.format(bound=BOUND),) if follows else ()),
            "",
            *_lines(list(_addressed(acts))),
            "",
        )
    )


def _addressed(acts: Sequence[Act]) -> Iterator[tuple[int, Act]]:
    """Yield each act with the number of the client that does it, from 1."""
    latest = 0
    for act in acts:
        latest += isinstance(act, Connect)
        yield (act.client, act.act) if isinstance(act, As) else (latest, act)


def _lines(acts: Sequence[tuple[int, Act]]) -> Iterator[str]:
    clients = [number for number, act in acts if isinstance(act, Connect)]
    names = {it: f"{it}" if len(clients) > 1 else "" for it in clients}
    for at, (number, act) in enumerate(acts):
        if isinstance(act, Connect):
            own = [it for client, it in acts[at:] if client == number]
            yield from _connected(act, names[number], own[1:])
        else:
            yield from _performed(act, names[number])
    for number in clients:
        if not {(number, Leave()), (number, Reset())} & {*acts}:
            yield from _left(names[number])


def _connected(connect: Connect, n: str, acts: Sequence[Act]) -> Iterator[str]:
    closes = any(isinstance(act, SendFrame) and act.opcode == 8 for act in acts)
    answers = {8: 8, 9: 10} if connect.answers else {}
    if closes:
        answers.pop(8, None)
    lines = request_bytes(connect).splitlines(keepends=True)
    request = "\n    + ".join(_literal(line) for line in lines)
    told = [request, str(answers), *([f'"client {n}: "'] if n else [])]
    yield f"writer{n}, arrived{n}, listening{n} = await connect("
    yield from (f"    {it}," for it in told)
    yield ")"
    if connect.waits and not isinstance(next(iter(acts), None), Watch):
        yield _arrival(n)
    if not connect.reads:
        yield f"writer{n}.transport.pause_reading()"


def _performed(act: Act, n: str) -> Iterator[str]:
    match act:
        case Send(data):
            yield f"writer{n}.write({_literal(data)})"
        case SendFrame():
            yield f"writer{n}.write({_frame(act)})"
        case Read(messages):
            yield from (_arrival(n) for _ in range(messages))
        case Watch(seconds):
            yield f"await asyncio.wait([listening{n}], timeout={seconds:g})"
        case Finish():
            yield f"writer{n}.write_eof()"
        case Leave():
            yield from _left(n)
        case Reset():
            yield f'connection = writer{n}.get_extra_info("socket")'
            yield 'at_once = struct.pack("ii", 1, 0)  # so that closing is a reset'
            yield (
                "connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)"
            )
            yield from _left(n)
        case Signal(name):
            yield f'signals["{name}"].set()'
        case Await(line):
            yield f"await until({line!r})"


def _left(n: str) -> Iterator[str]:
    yield f"listening{n}.cancel()"
    yield f"writer{n}.close()"


def _arrival(n: str) -> str:
    return f"await asyncio.wait_for(arrived{n}.get(), {BOUND:g})"


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
