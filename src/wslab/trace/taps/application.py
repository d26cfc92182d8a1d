"""An application's calls, recorded between the server and the application."""

from __future__ import annotations

import re
from asyncio import CancelledError
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

from wslab.asgi import ASGIApplication, Event, Receive, Scope, Send
from wslab.kernel.stacks import described
from wslab.trace.masking import mask_subprotocols, mask_target
from wslab.trace.model import EXCERPT, ApplicationEvent, Pair

TEXT_LIMIT = 500
"""Characters that are kept of a type, a reason, a subprotocol, an exception's text."""

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")

_ANSWERS = ("websocket.accept", "websocket.http.response.start", "http.response.start")


class Recording(Protocol):
    """What a call is recorded into: the connection that it belongs to.

    `calls` counts the calls that run, `exchanges` the requests so far.
    """

    calls: int
    exchanges: int

    @property
    def guard(self) -> AbstractContextManager[object, bool | None]:
        """What is entered around the recorder's own work."""

    def record(self, event: ApplicationEvent) -> None:
        """Add an event."""


class ApplicationCall:
    """One call of the application with a `websocket` or `http` scope.

    Whatever the application is given, sends or raises passes unchanged.
    """

    def __init__(self, connection: Recording, receive: Receive, send: Send) -> None:
        self._connection = connection
        self._guard = connection.guard
        self._receive = receive
        self._send = send
        self._exchange = connection.exchanges
        self._offered: dict[str, str] = {}
        self._answered = False
        self._counts = {"receive": 0, "send": 0}

    async def run(self, app: ASGIApplication, scope: Scope) -> None:
        """Call the application and record how the call ends."""
        connection = self._connection
        connection.calls += 1
        connection.exchanges += 1
        with self._guard:
            self._begin(scope)
        try:
            await app(scope, self.receive, self.send)
        except BaseException as error:
            with self._guard:
                self._record("raised", "application", detail=_describe(error))
            raise
        else:
            with self._guard:
                self._record("returned", "application")
        finally:
            connection.calls -= 1

    async def receive(self) -> Event:
        """Receive from the server."""
        event = await self._receive()
        with self._guard:
            self._received(event)
        return event

    async def send(self, event: Event) -> None:
        """Send to the server."""
        with self._guard:
            self._sent(event)
        try:
            await self._send(event)
        except Exception as error:
            with self._guard:
                kind = f"{_kind(event)} failed"
                self._record(kind, "server", detail=_describe(error))
            raise

    def _begin(self, scope: Scope) -> None:
        offer = scope.get("subprotocols") or ()
        self._offered = dict(zip(offer, mask_subprotocols(offer), strict=True))
        if scope["type"] == "http":
            detail = _short(f"{scope['method']} {_target(scope)}")
            self._record("http", "server", detail=detail, pair=self._pair("request"))

    def _received(self, event: Event) -> None:
        kind = _kind(event)
        if kind == "websocket.receive":
            self._record(kind, "server", event, pair=self._next("receive"))
        elif kind == "websocket.connect":
            self._record(kind, "server", pair=self._pair("request"))
        elif kind != "http.request" or event.get("body"):
            self._record(kind, "server", event)

    def _sent(self, event: Event) -> None:
        kind = _kind(event)
        chosen = event.get("subprotocol")
        if chosen is not None:
            name = str(chosen)
            chosen = self._offered.get(name) or mask_subprotocols([name])[0]
        self._record(kind, "application", event, _short(chosen), self._answer(kind))

    def _answer(self, kind: str) -> Pair | None:
        """Return which frame or head the server makes of an event."""
        if kind == "websocket.send":
            return self._next("send")
        if kind == "websocket.close" and self._answered:
            return "close", 0
        if kind in _ANSWERS or kind == "websocket.close":
            self._answered = True
            return self._pair("response")
        return None

    def _pair(self, kind: str) -> Pair:
        return kind, self._exchange

    def _next(self, kind: str) -> Pair:
        self._counts[kind] += 1
        return kind, self._counts[kind] - 1

    def _record(
        self,
        kind: str,
        sender: Literal["server", "application"],
        event: Mapping[str, Any] | None = None,
        detail: str | None = None,
        pair: Pair | None = None,
    ) -> None:
        fields = _NO_FIELDS if event is None else event
        data = _content(fields)
        code = fields.get("code", fields.get("status"))
        reason = fields.get("reason")
        self._connection.record(
            ApplicationEvent(
                kind,
                sender,
                None if data is None else data[:EXCERPT],
                None if data is None else len(data),
                None if code is None else _code(code),
                None if reason is None else _short(reason),
                detail,
                pair,
            )
        )


_NO_FIELDS: Mapping[str, Any] = {}


def _kind(event: Event) -> str:
    """Return an event's type; an application may send one that has none."""
    kind = event.get("type")
    if isinstance(kind, str) and len(kind) <= TEXT_LIMIT:
        return kind
    return _short(kind) or "(no type)"


def _content(event: Mapping[str, Any]) -> str | bytes | None:
    """Return an event's message; a key may be absent or None (ASGI, "WebSocket")."""
    for key in ("text", "bytes", "body"):
        data = event.get(key)
        if isinstance(data, str | bytes):
            return data
        if isinstance(data, bytearray | memoryview):
            return bytes(data)
    return None


def _code(value: object) -> int | None:
    """Return a close code or status, None for what is no number of 16 bits."""
    return int(value) if isinstance(value, int) and 0 <= value < 1 << 16 else None


def _short(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    if len(text) <= TEXT_LIMIT:
        return text
    return text[: TEXT_LIMIT - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _target(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return mask_target(f"{scope['path']}?{query}" if query else scope["path"])


def _describe(error: BaseException) -> str:
    """Return an exception in one line, without what differs in every run.

    That is addresses, and all that anyio says of a cancellation.
    """
    if isinstance(error, CancelledError):
        return type(error).__name__
    return _ADDRESS.sub("0x...", described(error))[:TEXT_LIMIT]
