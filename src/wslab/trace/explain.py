"""Why a connection ended: one cause, and what in its trace shows it."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.trace.model import ApplicationEvent, Connection


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a connection ended.

    Attributes:
        cause: a word for it, the same in every version, as "handler-returned".
        text: one line that says it.
        evidence: the indices of the connection's events that show it.
        failed: whether a client sees a failure, or the application had one.
        section: the section of the book that shows it, as "closing/#the-anchor".
        scenario: the id of a scenario of the atlas that is this case, None without.
    """

    cause: str
    text: str
    evidence: tuple[int, ...]
    failed: bool
    section: str | None = None
    scenario: str | None = None


def explain(connection: Connection) -> Explanation | None:
    """Return why a connection ended, None while it has not.

    What the trace does not show is not guessed: the cause is then "unknown".
    """
    if connection.tcp_end is None:
        return None
    for index, event in enumerate(connection.events):
        if isinstance(event, ApplicationEvent) and event.type == "raised":
            text = f"the handler raised {event.detail}"
            if event.place:
                text += f" in {event.place}"
            return Explanation("handler-raised", text, (index,), True)
    return Explanation("unknown", "unknown", (), connection.close_code != 1000)
