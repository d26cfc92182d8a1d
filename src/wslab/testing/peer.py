"""The server's side of `wslab.testing`: one ASGI WebSocket connection in memory.

It keeps the rules of the ASGI specification (HTTP & WebSocket message format, 2.5) as
uvicorn keeps them, and is stricter where servers differ: an event that the
specification forbids is always an error, so what passes here passes on any server.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from enum import Enum

from wslab.asgi import ASGIApplication, Event, Scope
from wslab.testing.channel import Channel
from wslab.testing.rules import (
    IllegalEvent,
    check_close,
    check_text,
    checked_headers,
    describe,
)


class ClientGone(OSError):
    """Raised by a send once the client has gone (ASGI spec_version 2.4 and newer)."""


class PeerState(Enum):
    """Where the connection stands, as the application's sends decide it."""

    CONNECTING = "connecting (not accepted yet)"
    DENYING = "denying (in the middle of a denial response)"
    OPEN = "open"
    CLOSED = "closed by the application"
    GONE = "closed by the client"


class Peer:
    """One connection: what the application is told, and what it may answer when.

    The rules are its own, since what tests an application must not share code with it.
    """

    def __init__(self, scope: Scope, queue: int, buffer: int | None) -> None:
        self.scope = scope
        self.version = tuple(map(int, scope["asgi"]["spec_version"].split(".")))
        self.state = PeerState.CONNECTING
        self.to_app: Channel[Event] = Channel(queue)
        self.to_app.items.append({"type": "websocket.connect"})
        self.to_client: Channel[str | bytes] = Channel(buffer)
        self.answered = asyncio.Event()  # accepted, refused, or the application ended
        self.status: int | None = None
        self.subprotocol: str | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.code: int | None = None
        self.reason: str | None = None
        self.exception: Exception | None = None
        self.illegal: IllegalEvent | None = None
        self.last_sent = self.last_received = "nothing"

    async def run(self, app: ASGIApplication) -> None:
        """Call the application; note its exception and what its end means."""
        try:
            await app(self.scope, self.receive, self.send)
        except ClientGone:
            pass  # every server takes this for the normal end of such a handler
        except Exception as error:
            self.exception = error
        finally:
            self._application_ended()

    async def receive(self) -> Event:
        """Give the application its next event; wait for ever after the last."""
        event = await self.to_app.get()
        if event is None:  # nothing follows websocket.disconnect, so servers wait
            self.last_received += (
                ", then waits in receive() for an event after the last"
            )
            await asyncio.get_running_loop().create_future()
        assert event is not None
        self.last_received = describe(event)
        return event

    async def send(self, event: Event) -> None:
        """Take an event from the application.

        Raises:
            IllegalEvent: Naming the event and the state.
            ClientGone: Once the client has gone, from spec_version 2.4 on.
        """
        try:
            await self._take(event)
        except IllegalEvent as error:
            self.illegal = error
            raise

    def client_closed(self, code: int | None, reason: str) -> None:
        """Handle the client's close frame, or its vanishing: code 1006."""
        self._ended(PeerState.GONE, 1005 if code is None else code, reason)

    async def _take(self, event: Event) -> None:
        kind = event.get("type") if isinstance(event, MutableMapping) else None
        if self.state is PeerState.GONE:
            return self._refuse_to_send()
        if self.state is PeerState.CONNECTING and kind == "websocket.accept":
            self._accept(event)
        elif (
            self.state is PeerState.CONNECTING
            and kind == "websocket.http.response.start"
        ):
            self._start_denial(event)
        elif self.state is PeerState.DENYING and kind == "websocket.http.response.body":
            self._continue_denial(event)
        elif self.state is PeerState.OPEN and kind == "websocket.send":
            await self._message(event)
        elif (
            self.state in (PeerState.CONNECTING, PeerState.OPEN)
            and kind == "websocket.close"
        ):
            self._close(event)
        else:
            raise IllegalEvent(f"{kind or event!r} while {self.state.value}")
        self.last_sent = describe(event)

    def _refuse_to_send(self) -> None:
        if self.version >= (2, 4):
            raise ClientGone("the client has disconnected")

    def _accept(self, event: Event) -> None:
        chosen = event.get("subprotocol")
        if chosen is not None and chosen not in self.scope["subprotocols"]:
            raise IllegalEvent(
                f"websocket.accept with subprotocol {chosen!r}, which is none of the "
                f"client's: {self.scope['subprotocols']} (RFC 6455 section 4.2.2)"
            )
        self.headers = checked_headers(event, forbidden={b"sec-websocket-protocol"})
        self.subprotocol, self.status = chosen, 101
        self.state = PeerState.OPEN
        self.answered.set()

    async def _message(self, event: Event) -> None:
        contents = [event.get("bytes"), event.get("text")]
        given = [content for content in contents if content is not None]
        expected = bytes if event.get("bytes") is not None else str
        if len(given) != 1 or not isinstance(given[0], expected):
            raise IllegalEvent(
                "websocket.send needs exactly one of bytes and text, got "
                f"{event.get('bytes')!r:.40} and {event.get('text')!r:.40}"
            )
        if isinstance(given[0], str):
            check_text(given[0])
        await self.to_client.put(given[0])
        if self.state is PeerState.GONE:  # the client left while this waited for room
            self._refuse_to_send()

    def _close(self, event: Event) -> None:
        if self.state is PeerState.CONNECTING:
            return self._refuse(403)
        if "reason" in event and self.version < (2, 3):
            raise IllegalEvent("websocket.close with a reason needs spec_version 2.3")
        code, reason = event.get("code", 1000), event.get("reason")
        reason = "" if reason is None else reason
        check_close("websocket.close", code, reason)
        self._ended(PeerState.CLOSED, code, reason)

    def _start_denial(self, event: Event) -> None:
        if "websocket.http.response" not in self.scope["extensions"]:
            raise IllegalEvent("websocket.http.response.start without that extension")
        status = event.get("status")
        if not isinstance(status, int) or not 200 <= status < 600:
            raise IllegalEvent(f"websocket.http.response.start with status {status!r}")
        self.headers = checked_headers(event)
        self.status, self.state = status, PeerState.DENYING

    def _continue_denial(self, event: Event) -> None:
        body = event.get("body", b"")
        if not isinstance(body, bytes):
            raise IllegalEvent(f"websocket.http.response.body with body {body!r:.40}")
        self.body += body
        if not event.get("more_body", False):
            self._refuse(self.status or 403)

    def _refuse(self, status: int) -> None:
        self.status = status
        self._ended(PeerState.CLOSED, 1006, "")

    def _ended(self, state: PeerState, code: int, reason: str) -> None:
        if self.state in (PeerState.CLOSED, PeerState.GONE):
            return
        self.state, self.code, self.reason = state, code, reason
        disconnect: Event = {"type": "websocket.disconnect", "code": code}
        if self.version >= (2, 5):
            disconnect["reason"] = reason
        self.to_app.end(disconnect)
        self.to_client.end()
        self.answered.set()

    def _application_ended(self) -> None:
        if self.state is PeerState.DENYING:
            self.illegal = IllegalEvent(
                f"the application returned while {self.state.value}"
            )
        if self.state in (PeerState.CONNECTING, PeerState.DENYING):
            self._refuse(500)
        self._ended(PeerState.CLOSED, 1006, "")  # no close frame, as uvicorn
