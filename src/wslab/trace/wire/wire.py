"""Both directions of one connection, sans I/O: bytes in, heads and frames out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wslab.trace.model import EXCERPT, Frame, Head, Sender
from wslab.trace.wire.frames import FrameReader, Inflater
from wslab.trace.wire.heads import HeadReader


class Wire:
    """Turns the bytes of one connection into its heads and frames.

    It knows no socket and no server: whoever sees the bytes, a recorded server or a
    client that speaks for itself, feeds them in the order in which they passed.

        wire = Wire()
        wire.feed("client", request)     # [Head("client", "GET / HTTP/1.1", ...)]
        wire.feed("server", response)    # [Head("server", "HTTP/1.1 101 ...", ...)]
        wire.feed("client", frames)      # [Frame("client", Opcode.TEXT, ...)]

    HTTP/1.1 is read until a response switches to WebSocket with a 101 (RFC 6455
    section 4), frames from then on. What is neither is passed over. Of a message no
    more than `excerpt` bytes are kept, of a control frame all.
    """

    def __init__(self, excerpt: int = EXCERPT) -> None:
        self._excerpt = excerpt
        self._heads = {s: HeadReader(s) for s in _SENDERS}
        self._frames: dict[Sender, FrameReader] = {}
        self._switched = False
        self._requests: list[tuple[Head, dict[str, str]]] = []
        self._answered = 0

    def feed(self, sender: Sender, data: bytes) -> Sequence[Head | Frame]:
        """Take bytes that `sender` put on the wire; return what they complete.

        A frame that a client sends before it is answered comes with the response.
        """
        if not self._switched:
            self._heads[sender].feed(data)
            return list(self._read_heads(sender))
        reader = self._frames.get(sender)
        return reader.feed(data) if reader else ()

    def pass_over(
        self, sender: Sender, data: bytes
    ) -> tuple[int, Sequence[Head | Frame]]:
        """Follow the bytes as `feed` does; return how many events they complete.

        And those of them that a summary needs: heads, and frames that close.
        """
        if not self._switched:
            events = self.feed(sender, data)
            return len(events), events
        reader = self._frames.get(sender)
        return reader.pass_over(data) if reader else (0, ())

    def _read_heads(self, sender: Sender) -> Iterator[Head | Frame]:
        while not self._switched:
            head = self._request() if sender == "client" else self._response()
            if head is None:
                return
            yield head
        yield from self._early_frames()

    def _request(self) -> Head | None:
        reader = self._heads["client"]
        if self._requests and _upgrades(self._requests[-1][0]):
            reader.wait()  # frames or nothing, the response decides
            return None
        head = reader.next_head(self._answered + len(self._requests))
        if head is not None:
            self._requests.append((head, reader.offered))
            reader.expect_body(head)
        return head

    def _response(self) -> Head | None:
        request, offered = self._requests[0] if self._requests else (None, {})
        head = self._heads["server"].next_head(self._answered, offered)
        if head is None or head.status is None:
            return head
        if head.status == 101:
            self._switch(head)
        elif head.status >= 200:
            self._answer(head, request)
        return head

    def _answer(self, head: Head, request: Head | None) -> None:
        del self._requests[:1]
        self._answered += 1
        bodiless = request is not None and request.start.startswith("HEAD ")
        if not bodiless and head.status not in (204, 304):
            self._heads["server"].expect_body(head)

    def _switch(self, response: Head) -> None:
        """Read frames from now on, of each side that could be followed until here."""
        self._switched = True
        agreed = response.get("sec-websocket-extensions") or ""
        for sender in _SENDERS:
            if not self._heads[sender].ended:
                inflater = Inflater.agreed(agreed, sender)
                self._frames[sender] = FrameReader(sender, inflater, self._excerpt)

    def _early_frames(self) -> Iterator[Frame]:
        """Yield the frames that both sides have already sent."""
        for sender, reader in self._frames.items():
            yield from reader.feed(self._heads[sender].take_rest())


_SENDERS: tuple[Sender, Sender] = ("client", "server")


def _upgrades(request: Head) -> bool:
    return (request.get("upgrade") or "").lower() == "websocket"
