"""The ASGI WebSocket protocol as a state machine (asgiref specs/www 2.5)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import NoReturn

from wslab.asgi import Event
from wslab.websocket.codes import ABNORMAL_CLOSURE
from wslab.websocket.errors import WebSocketDisconnect
from wslab.websocket.events import (
    accept_event,
    close_event,
    denial_events,
    send_event,
)
from wslab.websocket.inbox import Receiving
from wslab.websocket.lifecycle import State
from wslab.websocket.request import HeaderPairs

DISCONNECT_WAIT = 1.0  # seconds in which a failed send is explained by an event


class Connection(Receiving):
    """One WebSocket, from the handshake to its end. Handlers get it as `web_socket`.

    One task may receive and any number may send. Attributes to read:

    - `scope`: the ASGI scope of the handshake.
    - `state`: `State.CONNECTING`, `OPEN` or `CLOSED`.
    - `code`, `reason`: how it closed, None until then. 1005 if the peer gave no code,
      1006 if there was no close frame or the handshake was refused (RFC 6455, 7.1.5).
    - `closed_by`: "server" if the application, a limit or the server's shutdown ended
      it, "client" if the peer closed or vanished, None until closed.

    While the handler is not in `receive()`, a background task reads ahead, within
    bounds, so that `closed`, sends and the server's keepalive see what the peer does.
    """

    __slots__ = ()

    @property
    def connection(self) -> Connection:
        """This connection itself, so that it can stand where a view's WebSocket can."""
        return self

    async def accept(
        self, subprotocol: str | None = None, headers: HeaderPairs | None = None
    ) -> None:
        """Accept the handshake, with one of the offered subprotocols and more headers.

        Raises ValueError for a subprotocol that was not offered or a header that may
        not be sent, WebSocketStateError unless connecting, WebSocketDisconnect if the
        client has gone.
        """
        if self.state is not State.CONNECTING:
            self._raise_answered("accept")
        event = accept_event(self.scope, subprotocol, headers)
        if not self._connected:
            await self.connect()
            if self.state is not State.CONNECTING:
                self._raise_answered("accept")
        self.state = State.OPEN
        try:
            await self._asgi_send(event)
        except Exception as error:
            self._opened()
            await self._send_failed(error)
        self._opened()

    async def reject(
        self,
        status: int = 403,
        headers: HeaderPairs | None = None,
        body: bytes | str = b"",
    ) -> None:
        """Refuse the handshake with an HTTP response.

        Where the server lacks the extension `websocket.http.response`, the client sees
        403 whatever the arguments. Harmless if the client has gone. Raises ValueError
        for a status outside 200-599, WebSocketStateError unless connecting.
        """
        if self.state is not State.CONNECTING:
            self._raise_answered("reject")
        events = denial_events(self.scope, status, headers, body)
        if not self._connected:
            await self.connect()
            if self.state is not State.CONNECTING:
                with suppress(WebSocketDisconnect):
                    self._raise_answered("reject")
                return
        self._ended_here = True
        self._end(ABNORMAL_CLOSURE, "", "server")
        for event in events:
            await self._send_last(event)

    async def send(self, content: str | bytes) -> None:
        """Send one message; returns when the server has taken it.

        Raises TypeError for what is neither str nor bytes, ValueError for text that has
        no form in UTF-8 (a lone surrogate), WebSocketDisconnect once the peer has gone,
        WebSocketStateError before accept and after `close`.
        """
        if self.state is not State.OPEN:
            self._raise_closed("send")
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
        """Close with a code and a reason; before accept, refuse with HTTP 403.

        Harmless when the peer has gone. Raises ValueError for a code that may not be
        sent or a reason over 123 bytes, WebSocketStateError for a second close.
        """
        event = close_event(self.scope, code, reason)
        if self.state is State.CONNECTING:
            return await self.reject()
        if self.state is State.CLOSED:
            if self._ended_here:
                self._raise_closed("close")
            return None
        self._ended_here = True
        self._end(code, reason, "server")
        return await self._send_last(event)

    async def _send_failed(self, error: Exception) -> NoReturn:
        """Raise what a failed send means: a disconnect, or a fault of the message.

        Servers raise an OSError (specs/www 2.4), a RuntimeError about the order of
        events, or errors of their own; a disconnect event that follows has the code.
        """
        if isinstance(error, TypeError | ValueError):
            raise error
        if self.state is State.OPEN:
            await self._find_disconnect()
        if self.state is not State.CLOSED:
            if not isinstance(error, OSError | RuntimeError):
                raise error
            self._end(ABNORMAL_CLOSURE, "", "client")
        raise self._disconnect() from error

    async def _find_disconnect(self) -> None:
        if self._idle:
            self._read_ahead()
        if self._reader is not None:
            self._reader.drain()
        try:
            async with asyncio.timeout(DISCONNECT_WAIT):
                await self.closed
        except TimeoutError:
            return
