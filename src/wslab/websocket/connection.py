"""The ASGI WebSocket protocol as a state machine (asgiref specs/www 2.5)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import suppress
from enum import Enum
from typing import Any, Literal, NoReturn

from wslab.asgi import Event, Receive, Scope, Send
from wslab.websocket import codes
from wslab.websocket.errors import WebSocketDisconnect, WebSocketStateError
from wslab.websocket.events import accept_event, close_event, denial_events, send_event
from wslab.websocket.inbox import Inbox
from wslab.websocket.limits import Meter
from wslab.websocket.request import HeaderPairs

DISCONNECT_WAIT = 1.0  # seconds in which a failed send is explained by an event
FAREWELL = 10.0  # seconds for the last event, if the client does not read
Party = Literal["client", "server"]


class State(Enum):
    """Where a connection stands."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSED = "closed"


CONNECTING, OPEN, CLOSED = State  # a member is slow to look up on Python 3.11


class Connection:
    """One WebSocket, from the handshake to its end. Handlers get it as `web_socket`.

    One task may receive and any number may send. Attributes to read:

    - `scope`: the ASGI scope of the handshake. `inbox`: where `receive` gets messages.
    - `state`: `State.CONNECTING`, `OPEN` or `CLOSED`.
    - `code`, `reason`: how it closed, None until then. What the peer did is as the
      server reports it, see `WebSocketDisconnect`; 1006 if the handshake was refused.
    - `closed_by`: "server" if the application, a limit or a 1012 ended it, as uvicorn
      reports its shutdown, else "client"; None until closed.

    While the handler is not in `receive()`, a background task reads ahead, so that
    `closed`, sends and the server's keepalive see what the peer does. It stops at 32
    messages or 256 KiB that nobody has received: from there the server's back pressure
    (not Daphne's) holds the client up, pongs included. In `await closed`, it reads on.
    """

    __slots__ = (
        "__weakref__",
        "_asgi_receive",
        "_asgi_send",
        "_closed_here",
        "_connected",
        "_waiters",
        "closed_by",
        "code",
        "inbox",
        "reason",
        "scope",
        "state",
    )

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, meter: Meter | None = None
    ) -> None:
        self.scope = scope
        self.state = CONNECTING
        self.code: int | None = None
        self.reason: str | None = None
        self.closed_by: Party | None = None
        self._asgi_receive = receive
        self._asgi_send = send
        self._connected = False  # websocket.connect has been read
        self._closed_here = False  # the application itself closed or refused
        self._waiters: list[asyncio.Future[None]] = []
        self.inbox = Inbox(receive, self._disconnected, self._expel, meter)

    def __repr__(self) -> str:
        how = "" if self.code is None else f" {self.code} by the {self.closed_by}"
        return f"<{type(self).__name__} {self.scope['path']} {self.state.value}{how}>"

    @property
    def connection(self) -> Connection:
        """This connection itself, so that it can stand where a view's WebSocket can."""
        return self

    @property
    def closed(self) -> Closed:
        """Await it to wait for the end; true once the connection has ended.

        It comes whatever lies unread, and its result is the close code. While somebody
        awaits it, up to 1,024 unread messages and 1 MiB of them are held for a later
        `receive()`, and what follows is discarded: a `receive()` that comes to such a
        gap raises WebSocketStateError once, then goes on behind it. While nobody awaits
        it, nothing is discarded but by this side's `close`.
        """
        return Closed(self)

    async def connect(self) -> Event:
        """Read the event that begins the handshake; accept and reject do it unasked.

        Raises WebSocketStateError if it has been read.
        """
        if self._connected:
            raise WebSocketStateError("websocket.connect has been read; now answer it")
        event = await self._asgi_receive()
        self._connected = True
        kind = event["type"]
        if kind == "websocket.disconnect":
            self._disconnected(event)
        elif kind != "websocket.connect":
            raise WebSocketStateError(f"expected websocket.connect, got {kind}")
        return event

    async def accept(
        self, subprotocol: str | None = None, headers: HeaderPairs | None = None
    ) -> None:
        """Accept the handshake, with an offered subprotocol and more headers.

        Cancelled while it waits for the handshake, it can be called again; cancelled
        once the server has the event, it leaves the connection open. Daphne and Granian
        send no headers of yours. Raises ValueError for what may not be sent,
        WebSocketStateError unless connecting, WebSocketDisconnect if it has gone.
        """
        if self.state is not CONNECTING:
            self._refuse("accept")
        event = accept_event(self.scope, subprotocol, headers)
        if not self._connected:
            await self.connect()
            if self.state is not CONNECTING:
                self._refuse("accept")
        self.state = OPEN
        try:
            await self._asgi_send(event)
        except Exception as error:
            await self._send_failed(error)
        finally:  # cancelled or not, the server has the event
            self.inbox.open()

    async def reject(
        self,
        status: int = 403,
        headers: HeaderPairs | None = None,
        body: bytes | str = b"",
    ) -> None:
        """Refuse the handshake with an HTTP response; harmless if the client then goes.

        Where the server lacks the extension `websocket.http.response`, the client sees
        403 whatever the arguments. Raises ValueError for a status outside 200-599,
        WebSocketStateError unless connecting, WebSocketDisconnect if it has gone.
        """
        if self.state is not CONNECTING:
            self._refuse("reject")
        events = denial_events(self.scope, status, headers, body)
        if not self._connected:
            await self.connect()
            if self.state is not CONNECTING:
                return
        self._closed_here = True
        self._end(codes.ABNORMAL_CLOSURE, "", "server")
        try:
            for event in events:
                await self._asgi_send(event)
        except (TypeError, ValueError):
            raise  # a fault of the response
        except Exception:
            return  # the client has gone

    def receive(self) -> Coroutine[Any, Any, str | bytes | None]:
        """Return the next message, str or bytes as the client's frame was.

        Returns None once the connection has ended and what lay unread has been
        received, and again every time after; at once after this side's `close`. Safe to
        cancel if the server's `receive` is: no message is lost. Raises
        WebSocketStateError before accept, while another task is receiving, and where
        messages were discarded (see `closed`).
        """
        return self.inbox.get()

    async def send(self, content: str | bytes) -> None:
        """Send one message; returns when the server has taken it.

        Raises TypeError for what is neither str nor bytes, ValueError for text that has
        no form in UTF-8 (a lone surrogate), WebSocketDisconnect once the server has
        told of the end, WebSocketStateError before accept and after `close`.
        """
        if self.state is not OPEN:
            self._refuse("send")
        kind = type(content)
        if kind is str and content.isascii():
            event: Event = {"type": "websocket.send", "text": content}
        elif kind is bytes:
            event = {"type": "websocket.send", "bytes": content}
        else:
            event = send_event(content)
        try:
            await self._asgi_send(event)
        except Exception as error:
            await self._send_failed(error)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code and, but on Daphne, a reason; before accept, refuse by 403.

        A server that refuses a code of 1001-1014 (Daphne) gets that plus 3000 (RFC 6455
        section 7.4.2), and `code` says so. Granian 2.8 closes once nobody receives.
        Harmless when the peer has gone. Raises ValueError for a code that may not be
        sent or a reason over 123 bytes, WebSocketStateError for a second close.
        """
        event = close_event(self.scope, code, reason)
        if self.state is CONNECTING:
            return await self.reject()
        if self.state is CLOSED:
            return self._refuse("close") if self._closed_here else None
        self._closed_here = True
        self.inbox.clear()
        self._end(code, reason, "server")
        return await self._send_close(event)

    def release(self) -> Coroutine[Any, Any, None]:
        """Stop reading; nothing of the connection is left running. Idempotent."""
        return self.inbox.release()

    # How it ends

    def _end(self, code: int, reason: str, by: Party) -> None:
        self.state = CLOSED
        self.code, self.reason, self.closed_by = code, reason, by
        self.inbox.close()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _disconnected(self, event: Event) -> None:
        """End by the server's word: 1005 and "" stand for what it leaves out."""
        if self.state is CLOSED:
            return
        code = event.get("code")
        code = codes.NO_STATUS_RECEIVED if code is None else code
        # No client restarts a service: it is what servers report at their shutdown.
        by: Party = "server" if code == codes.SERVICE_RESTART else "client"
        self._end(code, event.get("reason") or "", by)

    async def _expel(self, code: int, reason: str) -> None:
        """Close for a broken limit; what came before can still be received."""
        if self.state is not CLOSED:
            self._end(code, reason, "server")
            with suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL):
                    await self._send_close(close_event(self.scope, code, reason))

    async def _send_close(self, event: Event) -> None:
        """Send `websocket.close`; that the peer has gone already is no matter."""
        try:
            await self._asgi_send(event)
        except OSError:
            return  # it has gone (specs/www 2.4)
        except Exception:  # it has, or the server refuses the code
            for code in codes.substitutes(event["code"]):
                with suppress(Exception):
                    await self._asgi_send({**event, "code": code})
                    self.code = code
                    return

    async def _wait_closed(self) -> int:
        if self.state is not CLOSED:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                with self.inbox.sought():
                    await waiter
            finally:
                self._waiters.remove(waiter)
        assert self.code is not None
        return self.code

    async def _send_failed(self, error: Exception) -> NoReturn:
        """Raise what a failed send means: a disconnect, or a fault of the message.

        Servers raise an OSError (specs/www 2.4), a RuntimeError about the order of
        events, or errors of their own; a disconnect event that follows has the code.
        """
        if isinstance(error, TypeError | ValueError):
            raise error
        self.inbox.open()
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCONNECT_WAIT):
                await self.closed
        if self.state is not CLOSED:
            if not isinstance(error, OSError | RuntimeError):
                raise error
            self._end(codes.ABNORMAL_CLOSURE, "", "client")
        raise self._disconnect() from error

    def _refuse(self, step: str) -> NoReturn:
        """Raise what a step is that the state does not allow."""
        if self.state is CONNECTING:
            raise WebSocketStateError(f"cannot {step} before accept")
        if self.state is OPEN:
            raise WebSocketStateError(
                f"{step} comes before everything else, but the connection is open"
            )
        if self._closed_here:
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

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __bool__(self) -> bool:
        return self._connection.state is CLOSED

    def __await__(self) -> Generator[Any, None, int]:
        return self._connection._wait_closed().__await__()
