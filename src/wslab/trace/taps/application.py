"""An application's calls, recorded between the server and the application."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from wslab.asgi import ASGIApplication, Event, Receive, Scope, Send
from wslab.kernel.stacks import described
from wslab.trace.masking import mask_subprotocols, mask_target
from wslab.trace.model import EXCERPT, ApplicationEvent, Pair
from wslab.trace.recording import RecordedConnection

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")

_ANSWERS = ("websocket.accept", "websocket.http.response.start", "http.response.start")


class ApplicationCall:
    """One call of the application with a `websocket` or `http` scope."""

    def __init__(
        self, connection: RecordedConnection, receive: Receive, send: Send
    ) -> None:
        self._connection = connection
        self._receive = receive
        self._send = send
        self._exchange = connection.exchanges
        self._answered = False
        self._counts = {"receive": 0, "send": 0}

    async def run(self, app: ASGIApplication, scope: Scope) -> None:
        """Calls the application and records how the call ends."""
        connection = self._connection
        connection.calls += 1
        connection.exchanges += 1
        if scope["type"] == "http":
            detail = f"{scope['method']} {_target(scope)}"
            self._record("http", "server", detail=detail, pair=self._pair("request"))
        try:
            await app(scope, self.receive, self.send)
        except BaseException as error:
            self._record("raised", "application", detail=_describe(error))
            raise
        else:
            self._record("returned", "application")
        finally:
            connection.calls -= 1

    async def receive(self) -> Event:
        """The server's `receive`."""
        event = await self._receive()
        kind = event["type"]
        if kind == "websocket.receive":
            self._record(kind, "server", event, pair=self._next("receive"))
        elif kind == "websocket.connect":
            self._record(kind, "server", pair=self._pair("request"))
        elif kind != "http.request" or event.get("body"):
            self._record(kind, "server", event)
        return event

    async def send(self, event: Event) -> None:
        """The server's `send`."""
        kind = event["type"]
        detail = event.get("subprotocol")
        if detail is not None:
            detail = mask_subprotocols([str(detail)])[0]
        self._record(kind, "application", event, detail, self._answer(kind))
        try:
            await self._send(event)
        except Exception as error:
            self._record(f"{kind} failed", "server", detail=_describe(error))
            raise

    def _answer(self, kind: str) -> Pair | None:
        """The frame or head that the server makes of an event."""
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
        self._connection.record(
            ApplicationEvent(
                kind,
                sender,
                None if data is None else data[:EXCERPT],
                None if data is None else len(data),
                fields.get("code", fields.get("status")),
                fields.get("reason"),
                detail,
                pair,
            )
        )


_NO_FIELDS: Mapping[str, Any] = {}


def _content(event: Mapping[str, Any]) -> str | bytes | None:
    """The message in an event; a key may be absent or None (ASGI, "WebSocket")."""
    for key in ("text", "bytes", "body"):
        data = event.get(key)
        if isinstance(data, str | bytes):
            return data
    return None


def _target(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return mask_target(f"{scope['path']}?{query}" if query else scope["path"])


def _describe(error: BaseException) -> str:
    """An exception in one line, without the addresses that differ in every run."""
    return _ADDRESS.sub("0x...", described(error))
