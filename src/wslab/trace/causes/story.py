"""The story of a connection: what happened first, what after what, by indices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from wslab.trace.model import (
    ApplicationEvent,
    Connection,
    Event,
    Frame,
    Head,
    Opcode,
    Sender,
    TcpEnd,
)

Test = Callable[[Event], bool]


class Story:
    """The events of one connection, asked for by what they are.

    An index is one of `connection.events`. What did not happen, or is not among the
    events that were kept, has none.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.events = connection.events

    @property
    def is_over(self) -> bool:
        """Whether the connection ended; without a wire, the application's call."""
        if self.connection.tcp_end is not None:
            return True
        ended = self.first(step("returned", "raised")) is not None
        return ended and not self.connection.calls and not self.connection.has_wire

    @property
    def has_application(self) -> bool:
        """Whether what the application did would be among the events."""
        known = self.connection
        return known.is_application_recorded or bool(known.application)

    @property
    def is_accepted(self) -> bool:
        """Whether it became a WebSocket; without a wire, as the application says.

        uvicorn's `websockets` lets a 101 follow a 500, which answers no request.
        """
        if self.connection.has_wire:
            handshake = self.connection.handshake
            request, response = handshake.request, handshake.response
            if request and response and request.exchange != response.exchange:
                return False
            return handshake.is_accepted
        return self.first(sent("websocket.accept")) is not None

    def first(self, test: Test, after: int = -1) -> int | None:
        """Return the index of the first event after `after` that passes a test."""
        found = (i for i, e in enumerate(self.events) if i > after and test(e))
        return next(found, None)

    def last(self, test: Test, before: int | None = None) -> int | None:
        """Return the index of the last event before `before` that passes a test."""
        end = len(self.events) if before is None else before
        return next((i for i in reversed(range(end)) if test(self.events[i])), None)

    def has_steps_between(self, first: int, last: int) -> bool:
        """Return whether the application did anything between two of its steps."""
        between = self.events[first + 1 : last]
        return any(isinstance(event, ApplicationEvent) for event in between)

    def frames(self, sender: Sender) -> Iterator[tuple[int, Frame]]:
        """Yield a sender's frames with their indices."""
        for index, event in enumerate(self.events):
            if isinstance(event, Frame) and event.sender == sender:
                yield index, event

    def frame(self, index: int) -> Frame:
        """Return an event that is a frame."""
        event = self.events[index]
        assert isinstance(event, Frame)
        return event

    def step(self, index: int) -> ApplicationEvent:
        """Return an event that is a step of the application."""
        event = self.events[index]
        assert isinstance(event, ApplicationEvent)
        return event

    @cached_property
    def application_close(self) -> int | None:
        """The application's first `websocket.close`, if it can have ended anything.

        One that fails because the client has gone, or that comes when the application
        was told of the end, does not.
        """
        index = self.first(sent("websocket.close"))
        if index is None or self._is_told_before(index):
            return None
        failed = self.first(step("websocket.close failed"), index)
        if failed is not None and "Disconnected" in (self.step(failed).detail or ""):
            return None
        return index

    @cached_property
    def application_end(self) -> int | None:
        """The end of the application's call, if it was not told of the end before."""
        index = self.first(step("returned", "raised"))
        return None if index is None or self._is_told_before(index) else index

    @cached_property
    def client_close(self) -> int | None:
        """The client's first close frame."""
        return self.first(close_frame("client"))

    @cached_property
    def server_close(self) -> int | None:
        """The server's first close frame."""
        return self.first(close_frame("server"))

    @cached_property
    def tcp_end(self) -> int | None:
        """The end of the TCP connection."""
        return self.first(lambda event: isinstance(event, TcpEnd))

    @cached_property
    def told(self) -> int | None:
        """The application's `websocket.disconnect`, where no wire was recorded."""
        is_told = step("websocket.disconnect")
        return None if self.connection.has_wire else self.first(is_told)

    def _is_told_before(self, index: int) -> bool:
        told = self.first(step("websocket.disconnect"))
        return told is not None and told < index

    @cached_property
    def response(self) -> int | None:
        """The head of the response to the latest request."""
        request = self.connection.handshake.request
        number = None if request is None else request.exchange
        return self.last(
            lambda event: (
                isinstance(event, Head)
                and event.sender == "server"
                and number in (None, event.exchange)
            )
        )

    @property
    def ended_by(self) -> Sender | None:
        """Who ended the TCP connection first."""
        end = self.connection.tcp_end
        return end.sender if end else None


def is_response(event: Event) -> bool:
    """Return whether this is a response's head."""
    return isinstance(event, Head) and event.sender == "server"


def step(*types: str) -> Test:
    """Return a test for steps of the application of these types."""
    return lambda event: isinstance(event, ApplicationEvent) and event.type in types


def sent(*types: str) -> Test:
    """Return a test for what the application sent."""
    is_step = step(*types)
    return lambda event: is_step(event) and event.sender == "application"


def close_frame(sender: Sender) -> Test:
    """Return a test for a sender's close frames."""
    return lambda event: (
        isinstance(event, Frame)
        and event.sender == sender
        and event.opcode == Opcode.CLOSE
    )


def earliest(*indices: int | None) -> int | None:
    """Return the smallest index, None where there is none."""
    return min((index for index in indices if index is not None), default=None)


def present(*indices: int | None) -> tuple[int, ...]:
    """Return the indices that there are, as evidence."""
    return tuple(sorted({index for index in indices if index is not None}))
