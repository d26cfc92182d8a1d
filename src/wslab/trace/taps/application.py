"""An application's calls, recorded between the server and the application."""

from __future__ import annotations

import re
from asyncio import CancelledError
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from wslab.asgi import ASGIApplication, Event, Receive, Scope, Send
from wslab.kernel.stacks import described, raised_at
from wslab.trace.masking import mask_subprotocols, mask_target
from wslab.trace.messages import Message
from wslab.trace.model import EXCERPT, ApplicationEvent, Pair
from wslab.trace.recording import Guard, Note

TEXT_LIMIT = 500
"""Characters that are kept of a type, a reason, a subprotocol, an exception's text."""

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")

_ANSWERS = ("websocket.accept", "websocket.http.response.start", "http.response.start")


class Recording(Protocol):
    """What a call is recorded into: the connection that it belongs to.

    `calls` counts the calls that run, `exchanges` the requests so far. `client` is the
    address of the client. `note` takes the kinds "receive", "send" and "made", see
    `Log`.
    """

    calls: int
    exchanges: int
    client: str | None
    guard: Guard

    @property
    def note(self) -> Note:
        """Notes what was seen."""


class ApplicationCall:
    """One call of the application with a `websocket` or `http` scope.

    Whatever the application is given, sends or raises passes unchanged.
    """

    def __init__(
        self,
        connection: Recording,
        receive: Receive,
        send: Send,
        excerpt: int = EXCERPT,
    ) -> None:
        self._connection = connection
        self._guard = connection.guard
        self._note = connection.note
        self._receive = receive
        self._send = send
        self._steps = _Steps(connection.exchanges, excerpt)
        self._message = self._steps.message
        self._scope: Scope = {}

    async def run(self, app: ASGIApplication, scope: Scope) -> None:
        """Call the application and record how the call ends."""
        connection = self._connection
        connection.calls += 1
        connection.exchanges += 1
        self._scope = scope
        with self._guard:
            self._begin(scope)
        try:
            await app(scope, self.receive, self.send)
        except BaseException as error:
            with self._guard:
                event = ApplicationEvent(
                    "raised",
                    "application",
                    detail=_describe(error),
                    place=raised_at(_first_of(error)),
                )
                self._note("made", event)
            raise
        else:
            event = ApplicationEvent("returned", "application")
            self._note("made", event)
        finally:
            connection.calls -= 1

    async def receive(self) -> Event:
        """Receive from the server."""
        event = await self._receive()
        try:
            if event.get("type") == "websocket.receive":
                self._note("receive", self._message(event, "server"))
            elif (made := self._steps.received(event)) is not None:
                self._note("made", made)
        except Exception as error:
            self._guard.keep(error)
        return event

    async def send(self, event: Event) -> None:
        """Send to the server."""
        try:
            if event.get("type") == "websocket.send":
                self._note("send", self._message(event, "application"))
            else:
                self._note("made", self._steps.sent(event, self._scope))
        except Exception as error:
            self._guard.keep(error)
        try:
            await self._send(event)
        except Exception as error:
            with self._guard:
                failed = ApplicationEvent(
                    f"{_kind(event)} failed",
                    "server",
                    detail=_describe(error),
                    place=raised_at(_first_of(error)),
                )
                self._note("made", failed)
            raise

    def _begin(self, scope: Scope) -> None:
        match scope.get("client"):
            case (str(host), int(port)) if host:
                self._connection.client = address(host, port)
        self._steps.offer(scope.get("subprotocols") or ())
        if scope["type"] == "http":
            self._note("made", self._steps.requested(scope))


_FIELDS = 3
"""Of a message: its type, its text, its bytes."""


class _Steps:
    """Makes the events of one call, all but messages paired with its heads."""

    def __init__(self, exchange: int, excerpt: int) -> None:
        self._exchange = exchange
        self._excerpt = excerpt
        self._offered: dict[str, str] = {}
        self._answered = False

    def offer(self, names: Sequence[str]) -> None:
        """Take the subprotocols of the request, some of which may be secret."""
        self._offered = dict(zip(names, mask_subprotocols(names), strict=True))

    def requested(self, scope: Scope) -> ApplicationEvent:
        """Return the event of a call for a request."""
        detail = _short(f"{scope['method']} {target_of(scope)}")
        pair = self._pair("request")
        return ApplicationEvent("http", "server", detail=detail, pair=pair)

    def message(
        self, event: Event, sender: Literal["server", "application"]
    ) -> Message:
        """Return a short message as it is, of another the event."""
        data: Any = event.get("text")
        if data is None:
            data = event.get("bytes")
        if type(data) is str or type(data) is bytes:  # no class of the application's
            whole: Message = data
            if len(whole) <= self._excerpt and len(event) <= _FIELDS:
                return whole
        return self._event(_kind(event), sender, event)

    def received(self, event: Event) -> ApplicationEvent | None:
        """Return an event that is no message; None for an empty part of a body."""
        kind = _kind(event)
        if kind == "websocket.connect":
            pair = self._pair("request")
            return self._event(kind, "server", _NO_FIELDS, pair=pair)
        if kind != "http.request" or event.get("body"):
            return self._event(kind, "server", event)
        return None

    def sent(self, event: Event, scope: Scope) -> ApplicationEvent:
        """Return an event that is no message."""
        kind = _kind(event)
        chosen = event.get("subprotocol")
        if chosen is not None:
            name = str(chosen)
            chosen = self._offered.get(name) or mask_subprotocols([name])[0]
        pair = self._answer(kind)
        made = self._event(kind, "application", event, _short(chosen), pair)
        is_unrouted = kind in _REFUSALS and not _is_routed(scope)
        return made._replace(routed=False) if is_unrouted else made

    def _answer(self, kind: str) -> Pair | None:
        """Return which frame or head the server makes of an event."""
        if kind == "websocket.close" and self._answered:
            return "close", 0
        if kind in _ANSWERS or kind == "websocket.close":
            self._answered = True
            return self._pair("response")
        return None

    def _pair(self, kind: str) -> Pair:
        return kind, self._exchange

    def _event(
        self,
        kind: str,
        sender: Literal["server", "application"],
        fields: Mapping[str, Any],
        detail: str | None = None,
        pair: Pair | None = None,
    ) -> ApplicationEvent:
        data = _content(fields)
        code = fields.get("code", fields.get("status"))
        reason = fields.get("reason")
        return ApplicationEvent(
            kind,
            sender,
            None if data is None else data[: self._excerpt],
            None if data is None else len(data),
            None if code is None else _code(code),
            None if reason is None else _short(reason),
            detail,
            pair,
        )


_REFUSALS = ("websocket.close", "websocket.http.response.start")


def _is_routed(scope: Scope) -> bool:
    """Return False where Starlette's router notes itself in a scope, and no endpoint.

    A router that is mounted is an endpoint itself, and has routes.
    """
    if "router" not in scope:
        return True
    endpoint = scope.get("endpoint")
    return endpoint is not None and not hasattr(endpoint, "routes")


_NO_FIELDS: Mapping[str, Any] = {}


def _kind(event: Event) -> str:
    """Return an event's type; an application may send one that has none."""
    kind = _short(event.get("type"))
    return "(no type)" if kind is None else kind


def _content(event: Mapping[str, Any]) -> str | bytes | None:
    """Return an event's message; a key may be absent or None (ASGI, "WebSocket")."""
    for key in ("text", "bytes", "body"):
        data = event.get(key)
        if isinstance(data, str):
            return str.__str__(data)
        if isinstance(data, bytes | bytearray | memoryview):
            return bytes(data)
    return None


def _code(value: object) -> int | None:
    """Return a close code or status, None for what is no number of 16 bits."""
    return int(value) if isinstance(value, int) and 0 <= value < 1 << 16 else None


def _short(value: object) -> str | None:
    """Return the beginning of a text; no object of the application's own is kept."""
    if value is None:
        return None
    text = str.__str__(value if isinstance(value, str) else str(value))
    if len(text) <= TEXT_LIMIT:
        return text
    return text[: TEXT_LIMIT - 1] + "\N{HORIZONTAL ELLIPSIS}"


def address(host: str, port: int) -> str:
    """Return an address as in a URL (RFC 3986 section 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def target_of(scope: Scope) -> str:
    """Return the request target of a call: path and query, secrets masked."""
    query = scope.get("query_string", b"").decode("latin-1")
    return mask_target(f"{scope['path']}?{query}" if query else scope["path"])


def _describe(error: BaseException) -> str:
    """Return an exception in one line, without what differs in every run.

    That is addresses, and all that anyio says of a cancellation.
    """
    if isinstance(error, CancelledError):
        return type(error).__name__
    first = _first_of(error)
    said = described(error)
    if first is not error:
        said = f"{said}: {described(first)}"
    return _ADDRESS.sub("0x...", said)[:TEXT_LIMIT]


def _first_of(error: BaseException) -> BaseException:
    """Return the first exception of a group, as of tasks that failed, or itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
