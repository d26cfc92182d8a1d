"""Where a connection stands, how it ended, and who waits for its end."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from enum import Enum
from typing import Any, Literal, NoReturn

from wslab.asgi import Event, Receive, Scope, Send
from wslab.websocket.codes import NO_STATUS_RECEIVED, SERVICE_RESTART
from wslab.websocket.errors import WebSocketDisconnect, WebSocketStateError

Party = Literal["client", "server"]


class State(Enum):
    """Where a connection stands."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSED = "closed"


class Lifecycle:
    """The state of a connection: the lowest of the three layers of `Connection`."""

    __slots__ = (
        "__weakref__",
        "_asgi_receive",
        "_asgi_send",
        "_ended_here",
        "_waiters",
        "closed_by",
        "code",
        "reason",
        "scope",
        "state",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.state = State.CONNECTING
        self.code: int | None = None
        self.reason: str | None = None
        self.closed_by: Party | None = None
        self._asgi_receive = receive
        self._asgi_send = send
        self._ended_here = False  # the application itself closed or refused
        self._waiters: list[asyncio.Future[None]] | None = None

    def __repr__(self) -> str:
        how = "" if self.code is None else f" {self.code} by the {self.closed_by}"
        return f"<{type(self).__name__} {self.scope['path']} {self.state.value}{how}>"

    @property
    def closed(self) -> Closed:
        """Await it to wait for the end; true once the connection has ended."""
        return Closed(self)

    def _end(self, code: int, reason: str, by: Party) -> None:
        self.state = State.CLOSED
        self.code, self.reason, self.closed_by = code, reason, by
        for waiter in self._waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    def _disconnected(self, event: Event) -> None:
        """End by the server's word: 1005 and "" stand for what it leaves out."""
        if self.state is State.CLOSED:
            return
        code = event.get("code")
        code = NO_STATUS_RECEIVED if code is None else code
        # No client restarts a service: it is what servers report at their shutdown.
        by: Party = "server" if code == SERVICE_RESTART else "client"
        self._end(code, event.get("reason") or "", by)

    async def _wait_closed(self) -> int:
        if self.state is not State.CLOSED:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters = self._waiters or []
            self._waiters.append(waiter)
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)
        assert self.code is not None
        return self.code

    async def _send_last(self, event: Event) -> None:
        """Send a closing event; that the peer has gone already is no matter."""
        try:
            await self._asgi_send(event)
        except (TypeError, ValueError):
            raise
        except Exception:
            return

    def _raise_answered(self, step: str) -> NoReturn:
        """Refuse a second answer to the handshake."""
        if self.state is State.CLOSED and not self._ended_here:
            raise self._disconnect()
        raise WebSocketStateError(
            f"{step} comes before everything else, but the connection is "
            f"{self.state.value}"
        )

    def _raise_closed(self, step: str) -> NoReturn:
        if self.state is State.CONNECTING:
            raise WebSocketStateError(f"cannot {step} before accept")
        if self._ended_here:
            raise WebSocketStateError(
                f"cannot {step}: the application has closed the connection"
            )
        raise self._disconnect()

    def _disconnect(self) -> WebSocketDisconnect:
        assert self.code is not None
        return WebSocketDisconnect(self.code, self.reason or "")


class Closed:
    """Awaitable for a connection's end; its result is the close code."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Lifecycle) -> None:
        self._connection = connection

    def __bool__(self) -> bool:
        return self._connection.state is State.CLOSED

    def __await__(self) -> Generator[Any, None, int]:
        return self._connection._wait_closed().__await__()
