"""Both directions of one connection: bytes to heads and frames, no server known."""

from __future__ import annotations

from wslab.trace.model import Head, Sender, TcpEnd
from wslab.trace.recording import RecordedConnection
from wslab.trace.wire.frames import FrameReader, Inflater
from wslab.trace.wire.heads import HeadReader


class Wire:
    """Reads both directions of one connection and records heads and frames."""

    def __init__(self, connection: RecordedConnection) -> None:
        self._connection = connection
        self._heads = {s: HeadReader(s) for s in _SENDERS}
        self._frames: dict[Sender, FrameReader] = {}
        self._requests: list[Head] = []
        self._answered = 0

    def data(self, sender: Sender, data: bytes) -> None:
        """Takes bytes that `sender` put on the wire."""
        if self._frames:
            reader = self._frames.get(sender)
            for frame in reader.feed(data) if reader else ():
                self._connection.record(frame)
            return
        self._heads[sender].feed(data)
        self._read_heads(sender)

    def end(self, event: TcpEnd) -> None:
        """Takes the end of the connection: only the first one counts."""
        if self._connection.end is None:
            self._connection.record(event)

    def _read_heads(self, sender: Sender) -> None:
        read = self._read_request if sender == "client" else self._read_response
        while not self._frames and read():
            pass

    def _read_request(self) -> bool:
        if self._requests and self._upgrades(self._requests[-1]):
            self._heads["client"].wait()  # frames or nothing, the response decides
            return False
        number = self._answered + len(self._requests)
        head = self._heads["client"].next_head(number)
        if head is None:
            return False
        self._connection.record(head)
        self._requests.append(head)
        self._heads["client"].expect_body(head)
        return True

    def _read_response(self) -> bool:
        head = self._heads["server"].next_head(self._answered)
        if head is None:
            return False
        self._connection.record(head)
        if head.status == 101:
            self._switch(head)
        elif head.status is not None and head.status >= 200:
            self._answer(head)
        return True

    def _answer(self, head: Head) -> None:
        request = self._requests.pop(0) if self._requests else None
        self._answered += 1
        bodiless = request is not None and request.start.startswith("HEAD ")
        if not bodiless and head.status not in (204, 304):
            self._heads["server"].expect_body(head)

    def _switch(self, response: Head) -> None:
        """From HTTP to WebSocket, with what both sides have already sent."""
        offer = response.get("sec-websocket-extensions") or ""
        for sender in _SENDERS:
            if not self._heads[sender].ended:
                self._frames[sender] = FrameReader(sender, _inflater(offer, sender))
        for sender in _SENDERS:
            self.data(sender, self._heads[sender].take_rest())

    @staticmethod
    def _upgrades(request: Head) -> bool:
        return (request.get("upgrade") or "").lower() == "websocket"


_SENDERS: tuple[Sender, Sender] = ("client", "server")


def _inflater(extensions: str, sender: Sender) -> Inflater | None:
    """The permessage-deflate context that the server's response agrees to."""
    if "permessage-deflate" not in extensions:
        return None
    return Inflater(takeover=f"{sender}_no_context_takeover" not in extensions)
