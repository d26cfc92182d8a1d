"""What is known at once of a connection that is being recorded, and of the recorder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from types import TracebackType
from typing import Any, Literal, Protocol

from wslab.trace.model import EXCERPT, Connection, Head, Sender, TcpEnd


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a recorder keeps between two looks.

    Of each connection the first and the last events, of its connections the first and
    the last; of a message the first `excerpt` bytes. From a connection's second look on
    `later_first_events` count in place of `first_events`, if there are any: who joins
    looks to a whole does not need them.
    """

    first_events: int = 300
    last_events: int = 100
    first_connections: int = 80
    last_connections: int = 20
    excerpt: int = EXCERPT
    later_first_events: int | None = None


class Guard:
    """Keeps the recorder's own exceptions out of the server.

    A `with` block of it does recording and nothing else. What that raises is kept as
    the connection's fault, and the server goes on.
    """

    __slots__ = ("fault",)

    def __init__(self) -> None:
        self.fault: str | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.keep(error)
        return True

    def keep(self, error: Exception) -> None:
        """Keep an exception as the fault, unless there is one."""
        if self.fault is None:
            self.fault = f"{type(error).__name__} {_place(error.__traceback__)}"


def _place(traceback: TracebackType | None) -> str:
    """Return where an exception was raised; to ask for its text might raise again."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "somewhere"
    file = PurePath(traceback.tb_frame.f_code.co_filename).name
    return f"in line {traceback.tb_lineno} of {file}"


class Note(Protocol):
    """Notes what a tap saw; see `Log` for the kinds."""

    def __call__(self, kind: str, what: Any, /) -> None:
        """Note it; nobody may change `what` afterwards."""


class RecordedConnection:
    """One TCP connection: where its taps note, and how it stands."""

    def __init__(self, number: int, began: float, note: Note) -> None:
        """Begin at `began`, seconds since the epoch; `note` is told of all events."""
        self.number = number
        self.note = note
        self.guard = Guard()
        self.calls = 0
        self.exchanges = 0
        self.lost = False
        self.is_taken = False
        self.paused = False
        self.is_application_recorded = False
        self.client: str | None = None
        self._began = began
        self._has_ended = False

    def end(self, sender: Sender, how: Literal["FIN", "reset"]) -> None:
        """Note the end of the TCP connection: only the first one counts."""
        if not self._has_ended:
            self._has_ended = True
            self.note("made", TcpEnd(sender, how))

    def know(self, request: Head) -> None:
        """Take a request that no tap saw on the wire, for what the handshake was."""
        self.note("known", request)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen."""
        return self.lost and not self.calls

    def completed(self, events: Connection, lost: bool, calls: int) -> Connection:
        """Return a look at its events, with how it stood before them."""
        return replace(
            events,
            is_open=not lost,
            fault=self.guard.fault or events.fault,
            number=self.number,
            began=self._began,
            client=self.client,
            paused=self.paused,
            calls=calls,
            is_application_recorded=self.is_application_recorded,
        )
