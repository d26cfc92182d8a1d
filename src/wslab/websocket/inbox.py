"""Receiving: in the handler's own task where that will do, ahead of it where not."""

from __future__ import annotations

from wslab.asgi import Event, Receive, Scope, Send
from wslab.websocket.codes import ABNORMAL_CLOSURE
from wslab.websocket.errors import WebSocketStateError
from wslab.websocket.events import close_event
from wslab.websocket.lifecycle import Lifecycle, Party, State
from wslab.websocket.limits import Meter
from wslab.websocket.reader import BackgroundReader
from wslab.websocket.turn import Turn, next_turn


class Receiving(Lifecycle):
    """What comes in: the middle layer of `Connection`.

    A `receive()` awaits the server's in the handler's own task. Whenever the loop turns
    while the handler is elsewhere, a background reader takes over, and stays.
    """

    __slots__ = (
        "_armed",
        "_connected",
        "_excess",
        "_idle",
        "_meter",
        "_plain",
        "_reader",
        "_turn",
    )

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, meter: Meter | None = None
    ) -> None:
        super().__init__(scope, receive, send)
        self._meter = meter
        self._connected = False  # websocket.connect has been read
        self._idle = False  # open, and neither a receive() nor a reader is under way
        self._plain = False  # open, and messages need no measuring
        self._armed = False  # a look at `_idle` is due at the loop's next turn
        self._excess: tuple[int, str] | None = None
        self._reader: BackgroundReader | None = None
        self._turn: Turn | None = None

    async def connect(self) -> Event:
        """Read the event that begins the handshake; accept and reject do it unasked.

        Raises WebSocketStateError if it has been read.
        """
        if self._connected:
            raise WebSocketStateError("websocket.connect has been read; now answer it")
        self._connected = True
        event = await self._asgi_receive()
        if event["type"] == "websocket.disconnect":
            self._disconnected(event)
        elif event["type"] != "websocket.connect":
            raise WebSocketStateError(
                f"expected websocket.connect, got {event['type']}"
            )
        return event

    async def receive(self) -> str | bytes | None:
        """Return the next message, str or bytes as the client's frame was.

        Returns None once the connection has ended, and again every time after. Safe to
        cancel if the server's `receive` is: no message is lost. Raises
        WebSocketStateError before accept and while another task is receiving.
        """
        if not self._idle:
            return await self._receive_otherwise()
        self._idle = False
        try:
            event = await self._asgi_receive()
        except BaseException as error:
            self._receive_failed(error)
            self._resume()
            if isinstance(error, OSError):
                return None
            raise
        text: str | None = event.get("text")
        if text is not None and self._plain:
            self._idle = True
            if not self._armed:
                self._arm()
            return text
        if event["type"] == "websocket.disconnect":
            self._disconnected(event)
            return None
        try:
            return await self._content(event)
        finally:
            self._resume()

    def look(self) -> None:
        """Begin to read ahead if the handler is not in receive()."""
        self._armed = False
        if self._idle:
            self._read_ahead()

    async def release(self) -> None:
        """Stop reading; nothing of the connection is left running. Idempotent."""
        self._idle = False
        if self._armed and self._turn is not None:
            self._turn.drop(self)
        if self._reader is not None:
            await self._reader.stopped()

    async def _receive_otherwise(self) -> str | bytes | None:
        if self.state is State.CONNECTING:
            self._raise_closed("receive")
        if self._reader is not None:
            return await self._reader.get()
        if self.state is State.CLOSED:
            return None
        raise WebSocketStateError("another task is waiting in receive()")

    async def _read(self) -> str | bytes | None:
        """Read for the background reader: a message, or None at the end."""
        try:
            event = await self._asgi_receive()
        except Exception as error:
            self._receive_failed(error)
            if isinstance(error, OSError):
                return None
            raise
        return await self._content(event)

    async def _content(self, event: Event) -> str | bytes | None:
        """Return the message in an event, None at a disconnect or a broken limit."""
        if event["type"] == "websocket.disconnect":
            self._disconnected(event)
            return None
        content = message_in(event)
        if self.state is State.CLOSED:
            return None
        if self._meter is not None:
            self._excess = self._meter.excess(content)
            if self._excess is not None:
                self._end(*self._excess, "server")
                await self._send_last(close_event(self.scope, *self._excess))
                return None
        return content

    def _receive_failed(self, error: BaseException) -> None:
        if isinstance(error, Exception) and self.state is State.OPEN:
            self._end(ABNORMAL_CLOSURE, "", "client")

    def _opened(self) -> None:
        """Begin to receive, once the handshake has been accepted."""
        if self.state is State.OPEN:
            self._plain = self._meter is None
            self._idle = True
            self._arm()

    def _resume(self) -> None:
        self._idle = self.state is State.OPEN and self._reader is None
        if self._idle and not self._armed:
            self._arm()

    def _arm(self) -> None:
        """At the loop's next turn, see whether the handler came back to receive()."""
        self._armed = True
        if self._turn is None:
            self._turn = next_turn()
        self._turn.add(self)

    def _read_ahead(self) -> None:
        self._idle = False
        self._reader = BackgroundReader(self._read)

    def _end(self, code: int, reason: str, by: Party) -> None:
        super()._end(code, reason, by)
        self._idle = self._plain = False
        if self._reader is not None and (self._ended_here or self._excess):
            self._reader.stop()

    async def _wait_closed(self) -> int:
        if self._idle:
            self._read_ahead()
        return await super()._wait_closed()


def message_in(event: Event) -> str | bytes:
    """Return the one of text and bytes that a `websocket.receive` carries.

    Raises WebSocketStateError for another type of event, and for none or both of them.
    """
    if event["type"] != "websocket.receive":
        raise WebSocketStateError(f"expected a message, got {event['type']}")
    text: str | None = event.get("text")
    data: bytes | None = event.get("bytes")
    if text is not None and data is None:
        return text
    if data is not None and text is None:
        return data
    raise WebSocketStateError("a message has one of text and bytes, not none or both")
