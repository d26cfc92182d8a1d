"""The views API's WebSocket: typed messages, iteration, accept and close by context."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self

from wslab.asgi import Event
from wslab.websocket.codes import (
    INVALID_PAYLOAD,
    NEVER_SENT,
    NORMAL_CLOSURE,
    UNSUPPORTED_DATA,
)
from wslab.websocket.connection import Closed, Connection, State
from wslab.websocket.errors import (
    InvalidMessage,
    Rejected,
    WebSocketDisconnect,
    WebSocketStateError,
)
from wslab.websocket.inbox import Content, message_in
from wslab.websocket.json import dumps, loads
from wslab.websocket.policy import is_silent
from wslab.websocket.request import HeaderPairs, Request


class Style(NamedTuple):
    """How a view talks: what `receive` and `send` are, and which ends are silent."""

    receive: Callable[[WebSocket], Awaitable[Any]]
    send: Callable[[WebSocket, Any], Awaitable[None]]
    caught: Callable[[int], bool]


class WebSocket(Request):
    """What a view gets as its first argument. `connection` is the core beneath it.

    `receive` and `send` work with the route's types; `receive_text` and the others with
    their own, whatever the route says.
    """

    __slots__ = (
        "__weakref__",
        "_ended",
        "_style",
        "_take",
        "connection",
        "info",
    )

    def __init__(self, connection: Connection, style: Style, info: Any) -> None:
        super().__init__(connection.scope)
        self.connection = connection
        self.info = info
        self._style = style
        self._take = connection.inbox.get  # a call less for each message
        self._ended = False  # receive_event has handed the disconnect out

    # The connection

    @property
    def state(self) -> State:
        """`State.CONNECTING`, `OPEN` or `CLOSED`."""
        return self.connection.state

    @property
    def code(self) -> int | None:
        """The close code, None until closed."""
        return self.connection.code

    @property
    def reason(self) -> str | None:
        """The close reason, None until closed."""
        return self.connection.reason

    @property
    def closed(self) -> Closed:
        """Await it to wait for the end; true once the connection has ended."""
        return self.connection.closed

    def accept(
        self, subprotocol: str | None = None, headers: HeaderPairs | None = None
    ) -> Coroutine[Any, Any, None]:
        """Accept the handshake; see `Connection.accept`."""
        return self.connection.accept(subprotocol, headers)

    def close(self, code: int = 1000, reason: str = "") -> Coroutine[Any, Any, None]:
        """Close, or refuse before accept; see `Connection.close`."""
        return self.connection.close(code, reason)

    async def ensure_closed(self, code: int = 1000) -> None:
        """Close unless that is done already; no matter where `code` comes from.

        1004, 1005, 1006 and 1015, which a WebSocketDisconnect of another connection may
        have but which may not be sent (RFC 6455 section 7.4.1), close with 1000. Raises
        ValueError for what is no close code at all, unless closed.
        """
        if self.state is not State.CLOSED:
            sent = NORMAL_CLOSURE if code in NEVER_SENT else code
            await self.connection.close(sent)

    async def reject(
        self,
        status: int = 403,
        headers: HeaderPairs | None = None,
        body: bytes | str = b"",
    ) -> NoReturn:
        """Refuse the handshake and end the view: this does not return.

        The client sees an HTTP response with this status, headers and body; where the
        server cannot send one, a 403. Raises WebSocketStateError after accept: a view
        that rejects is declared with `auto_accept=False`.
        """
        if self.state is not State.CONNECTING:
            raise WebSocketStateError(
                "reject() comes before accept, but the handshake has been answered; "
                "a view that rejects needs auto_accept=False"
            )
        await self.connection.reject(status, headers, body)
        raise Rejected

    async def __aenter__(self) -> Self:
        if self.state is State.CONNECTING:
            await self.accept()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if error is None:
            await self.ensure_closed()
        return isinstance(error, WebSocketDisconnect) and is_silent(
            self.connection, error, self._style.caught
        )

    # Messages

    def receive(self) -> Awaitable[Any]:
        """Receive one message as the route's `receive_type`.

        Raises what the method for that type raises. Of "event", the end comes as an
        event first, `websocket.disconnect`, and as WebSocketDisconnect from then on.
        """
        return self._style.receive(self)

    def send(self, content: Any) -> Awaitable[None]:
        """Send one message as the route's `send_type`."""
        return self._style.send(self, content)

    def receive_text(self) -> Coroutine[Any, Any, str]:
        """Receive a text message.

        Raises WebSocketDisconnect at the end of the connection, InvalidMessage (code
        1003) for a binary message, WebSocketStateError before accept.
        """
        return self._take(self._text)

    def _text(self, content: Content) -> str:
        if type(content) is str:
            return content
        raise self._not("text", content)

    async def receive_bytes(self) -> bytes:
        """Receive a binary message; errors as for `receive_text`."""
        content = await self._take()
        if type(content) is bytes:
            return content
        raise self._not("binary", content)

    async def receive_json(self) -> Any:
        """Receive JSON, in a text message or in a binary one of UTF-8.

        Raises InvalidMessage (code 1007) for what is no JSON, too deep included, and
        the errors of `receive_text`.
        """
        content = await self._take()
        if content is None:
            raise self._disconnect()
        try:
            return loads(content)
        except ValueError:
            raise InvalidMessage(INVALID_PAYLOAD, "the message is not JSON") from None

    async def receive_event(self) -> Event:
        """Receive a raw ASGI event: connect, receive, or disconnect as the last one.

        Raises WebSocketDisconnect after that, and so `async for` ends behind it.
        """
        if self._ended:
            raise self._disconnect()
        event = await self._next_event()
        self._ended = event["type"] == "websocket.disconnect"
        return event

    def send_text(self, content: str) -> Coroutine[Any, Any, None]:
        """Send a text message; TypeError for what is no str."""
        if not isinstance(content, str):
            raise TypeError(f"send_text takes a str, not {type(content).__name__}")
        return self.connection.send(content)

    def send_bytes(self, content: bytes) -> Coroutine[Any, Any, None]:
        """Send a binary message; TypeError for what is no bytes."""
        if not isinstance(content, bytes):
            raise TypeError(f"send_bytes takes bytes, not {type(content).__name__}")
        return self.connection.send(content)

    def send_json(self, value: Any) -> Coroutine[Any, Any, None]:
        """Send a value as JSON in a text message.

        Raises TypeError for a value that JSON has no form for, ValueError for NaN, an
        infinity or a cycle.
        """
        return self.connection.send(dumps(value))

    async def send_event(self, event: Event) -> None:
        """Send a raw ASGI event as the method for it would.

        Raises ValueError for all but accept, send and close, and that method's errors.
        """
        kind = event["type"]
        if kind == "websocket.send":
            content = message_in({**event, "type": "websocket.receive"})
            await self.connection.send(content)
        elif kind == "websocket.accept":
            await self.accept(event.get("subprotocol"), event.get("headers"))
        elif kind == "websocket.close":
            await self.close(event.get("code", 1000), event.get("reason") or "")
        else:
            raise ValueError(
                f"an application sends no {kind!r}; for a denial use reject()"
            )

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._style.receive(self)
        except WebSocketDisconnect as error:
            if is_silent(self.connection, error, self._style.caught):
                raise StopAsyncIteration from None
            raise

    async def _next_event(self) -> Event:
        connection = self.connection
        if connection.state is State.CONNECTING:
            return await connection.connect()
        content = await connection.receive()
        if isinstance(content, str):
            return {"type": "websocket.receive", "text": content}
        if content is not None:
            return {"type": "websocket.receive", "bytes": content}
        code, reason = connection.code, connection.reason or ""
        return {"type": "websocket.disconnect", "code": code, "reason": reason}

    def _not(self, kind: str, content: Content) -> Exception:
        if content is None:
            return self._disconnect()
        return InvalidMessage(UNSUPPORTED_DATA, f"a {kind} message was expected")

    def _disconnect(self) -> WebSocketDisconnect:
        connection = self.connection
        assert connection.code is not None
        return WebSocketDisconnect(connection.code, connection.reason or "")


RECEIVERS: Mapping[str, Callable[[WebSocket], Awaitable[Any]]] = {
    "text": WebSocket.receive_text,
    "bytes": WebSocket.receive_bytes,
    "json": WebSocket.receive_json,
    "event": WebSocket.receive_event,
}
SENDERS: Mapping[str, Callable[[WebSocket, Any], Awaitable[None]]] = {
    "text": WebSocket.send_text,
    "bytes": WebSocket.send_bytes,
    "json": WebSocket.send_json,
    "event": WebSocket.send_event,
}
