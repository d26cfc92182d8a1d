"""Why a connection ended: one cause, and what in its trace shows it."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.trace.causes.ended import ended
from wslab.trace.causes.refused import refused
from wslab.trace.causes.shown import CASES, SHOWN
from wslab.trace.causes.story import Story
from wslab.trace.model import Connection


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a connection ended. `str()` is its text.

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

    def __str__(self) -> str:
        return self.text


def explain(connection: Connection) -> Explanation | None:
    """Return why a connection ended, None while it has not.

    What the trace does not show is not guessed: the cause is then "unknown".
    """
    story = Story(connection)
    if not story.is_over:
        return None
    finding = ended(story) if story.is_accepted else refused(story)
    shown = SHOWN[finding.cause]
    return Explanation(
        cause=finding.cause,
        text=finding.text,
        evidence=finding.evidence,
        failed=finding.failed,
        section=shown.section,
        scenario=finding.case if finding.case in CASES else shown.scenario,
    )
