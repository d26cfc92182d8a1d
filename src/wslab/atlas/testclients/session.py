"""One connection of a test: the steps that it takes, and what the test sees."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any

from wslab.asgi import ASGIApplication
from wslab.atlas.acts import Act, Connect, Leave, Read, Reset, SendFrame, Watch
from wslab.atlas.testclients.steps import Close, Receive, Step, Vanish, step_of
from wslab.trace.document import event_to_json
from wslab.trace.model import EXCERPT, Frame, Head, Opcode

Note = Callable[[dict[str, Any]], None]


class Session:
    """What a `play` function gets: whom to test, each step when its time has come.

    `async for step in session` gives the steps; `accepted`, `refused`, `received`,
    `closed` and `other` tell what the test client shows of the application.

    Args:
        app: The application.
        connect: How the test connects.
        note: Takes what the test sees, as JSON.
    """

    def __init__(self, app: ASGIApplication, connect: Connect, note: Note) -> None:
        self.app = app
        self.target = connect.target
        self.headers = connect.headers
        self.subprotocols = list(connect.subprotocols)
        self._note = note
        self._over = False
        self._left = False
        self._messages = 0
        self._acts: asyncio.Queue[Act | None] = asyncio.Queue()
        self._idle = asyncio.Event()

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as bytes, the names in lower case."""
        return [(n.lower().encode(), v.encode("latin-1")) for n, v in self.headers]

    async def run(self, play: Callable[[Session], Awaitable[None]]) -> None:
        """Run the test to its end; an exception that it ends with belongs to it."""
        try:
            await play(self)
        except Exception as error:
            self.other(f"raises {_kind(error)}")
        finally:
            self._over = self._left = True
            self._idle.set()

    @property
    def over(self) -> bool:
        """Whether the connection has ended, as far as the test can see, or the test."""
        return self._over

    async def perform(self, act: Act | None) -> None:
        """Have the test perform an act and wait until it has; with None it ends."""
        if not self._left:
            self._idle.clear()
            self._acts.put_nowait(act)
            await self.idle()

    async def idle(self) -> None:
        """Wait until the test waits for its next act, or has ended."""
        await self._idle.wait()

    async def __aiter__(self) -> AsyncIterator[Step]:
        """Give each step, until the test is to leave its `with` block."""
        while True:
            self._idle.set()
            if (act := await self._acts.get()) is None:
                return
            for step in self._steps(act):
                yield step

    def accepted(
        self, headers: Iterable[tuple[str, str]], subprotocol: str | None = None
    ) -> None:
        """Note that the connection is open; `headers` are those of the response."""
        shown = list(headers)
        if subprotocol is not None:
            shown.append(("sec-websocket-protocol", subprotocol))
        self._head("101 Switching Protocols", shown)

    def refused(
        self, status: int | None, headers: Iterable[tuple[str, str]], body: bytes
    ) -> None:
        """Note that the handshake was answered with an HTTP response."""
        self._over = True
        self._head(str(status), headers, body)

    def received(self, content: str | bytes) -> None:
        """Note a message that has come."""
        self._messages += 1
        if isinstance(content, bytes):
            self._frame(Opcode.BINARY, content)
            return
        try:
            self._frame(Opcode.TEXT, content.encode())
        except UnicodeEncodeError:
            self.other(f"text {content!r}")

    def closed(self, code: Any, reason: Any) -> None:
        """Note the end, with what the test client shows, whatever it is."""
        self._over = True
        match code, reason or "":
            case None, "":
                self._frame(Opcode.CLOSE, b"")
            case int(), str() as text if 0 <= code < 1 << 16:
                self._frame(Opcode.CLOSE, code.to_bytes(2, "big") + text.encode())
            case _:
                self.other(
                    f"close {code!r} {reason!r}" if reason else f"close {code!r}"
                )

    def other(self, line: str) -> None:
        """Note what has come that is no message and no end."""
        self._see(line=line)

    def _steps(self, act: Act) -> Iterator[Step]:
        if self._over:
            return
        match act:
            case SendFrame():
                if step := step_of(act):
                    self._over = isinstance(step, Close)
                    yield step
            case Leave() | Reset():
                self._over = True
                yield Vanish()
            case Read(messages):
                wanted = self._messages + messages
                while self._messages < wanted and not self._over:
                    yield Receive()
            case Watch():
                while not self._over:
                    yield Receive()

    def _head(
        self, status: str, headers: Iterable[tuple[str, str]], body: bytes = b""
    ) -> None:
        head = Head("server", f"HTTP/1.1 {status}", tuple(headers), 0)
        self._see(event=event_to_json(head), body=body.hex())

    def _frame(self, opcode: Opcode, data: bytes) -> None:
        shown = data if opcode == Opcode.CLOSE else data[:EXCERPT]
        size = len(data)
        frame = Frame("server", opcode, True, False, False, size, shown, size, None)
        self._see(event=event_to_json(frame), body="")

    def _see(self, **what: Any) -> None:
        self._note({"at": time.monotonic(), **what})


def _kind(error: BaseException) -> str:
    """Return the type of an exception, and of those in a group."""
    name = type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        return f"{name} of {', '.join(map(_kind, error.exceptions))}"
    return name


def decoded(headers: Iterable[tuple[Any, Any]]) -> list[tuple[str, str]]:
    """Return headers of an ASGI event as pairs of str; some send what is no bytes."""
    return [(_text(name), _text(value)) for name, value in headers]


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
