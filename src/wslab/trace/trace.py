"""What a server's connections did: both views, for reading and for asserts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from wslab.trace.document import from_json, to_json
from wslab.trace.explain import Explanation, explain
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.svg import ladder_html
from wslab.trace.ladder.text import ladder_text
from wslab.trace.model import Connection, Event, Frame


@dataclass(frozen=True, slots=True)
class Trace:
    """What a server's connections did between two looks; immutable.

    A notebook displays it as a ladder diagram, which says of a connection that failed
    why it ended. `str()` is the ladder as text, the same
    in every run that does the same: ports, keys, dates, versions, masks and the
    payloads of keepalive pings are left out or normalised, and connections are told
    one after the other. `left_out` connections are missing, since a recording is
    bounded.
    """

    connections: tuple[Connection, ...]
    left_out: int = 0

    @property
    def connection(self) -> Connection:
        """The latest connection.

        Raises:
            LookupError: Nothing has connected since the last look.
        """
        if not self.connections:
            raise LookupError("nothing has connected since the last look")
        return self.connections[-1]

    @property
    def explanation(self) -> Explanation | None:
        """Why the latest connection ended, None while it has not.

        Raises:
            LookupError: Nothing has connected since the last look.
        """
        return explain(self.connection)

    @property
    def events(self) -> list[Event]:
        """The events of all connections, one connection after the other."""
        return [event for c in self.connections for event in c.events]

    @property
    def frames(self) -> list[Frame]:
        """The frames of all connections, one connection after the other."""
        return [frame for c in self.connections for frame in c.frames]

    @property
    def text(self) -> str:
        """The ladder as text, at most 88 columns wide."""
        return ladder_text(ladder_of(self.connections, self.left_out))

    def to_json(self) -> dict[str, Any]:
        """Return the trace as dicts, lists, str, int, bool and None, for `json`."""
        return to_json(self.connections, self.left_out)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Trace:
        """Return the trace that `to_json` made a document of.

        Raises:
            ValueError: The document is no trace, or of another version of the format.
        """
        return cls(*from_json(document))

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        events = sum(len(c.events) for c in self.connections)
        return f"<Trace: {len(self.connections)} connections, {events} events>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[Literal["text/html", "text/plain"], str]:
        ladder = ladder_of(self.connections, self.left_out)
        return {"text/html": ladder_html(ladder), "text/plain": ladder_text(ladder)}
