"""A label: what a row says, and what of it stays where there is little room."""

from __future__ import annotations

from typing import Literal, NamedTuple

from wslab.trace.ladder.columns import beginning, columns_of

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
DOT = "\N{MIDDLE DOT} "

_SHORTEST = 4
"""Columns that a payload is cut to at least; with less room it is left out."""

_SHORTEST_NAME = 5


def printable(text: str) -> str:
    """Escape what would steer a terminal or turn the reading order of `text`."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )


def cut(text: str, width: int) -> str:
    """Return `text` without control characters, or its beginning and an ellipsis.

    Args:
        text: What to say.
        width: The columns that it may take.
    """
    text = printable(text)
    if columns_of(text) <= width:
        return text
    return beginning(text, width - 1) + ELLIPSIS


class Payload(NamedTuple):
    """What may be shortened: `text` is printable, `whole` says that nothing is missing.

    A quoted payload keeps both quotes, hexadecimal digits are cut between bytes.
    """

    text: str
    form: Literal["quoted", "hex", "plain"] = "plain"
    whole: bool = True

    def fit(self, room: int) -> str:
        """Return at most `room` columns, "" where that is too little to read."""
        extra = 0 if self.whole else 1
        quotes = 2 if self.form == "quoted" else 0
        if columns_of(self.text) + extra + quotes <= room:
            return self._dress(self.text, self.whole)
        if room < _SHORTEST:
            return ""
        kept = room - 1 - quotes
        if self.form == "hex":
            kept -= (kept + 1) % 3
        return self._dress(beginning(self.text, kept), False)

    def _dress(self, text: str, whole: bool) -> str:
        text = text if whole else text + ELLIPSIS
        return f'"{text}"' if self.form == "quoted" else text


class Label(NamedTuple):
    """A row's text in parts: `name code payload notes`.

    Where there is little room the payload is shortened first, then left out, then the
    name becomes `brief`. `code` (a status, a close code, a length) and `notes` (a
    length and flags, after a `DOT`) are never cut, so a label may be longer than what
    it is to fit.
    """

    name: str
    brief: str = ""
    code: str = ""
    payload: Payload | None = None
    notes: str = ""
    failed: bool = False

    def fit(self, width: int) -> str:
        """Return the label in `width` columns, if what must be said has room."""
        before = " ".join(filter(None, [self.name, self.code]))
        after = f" {self.notes}" if self.notes else ""
        room = width - columns_of(f"{before} " if before else "") - columns_of(after)
        if self.payload is not None and room > 0:
            shown = self.payload.fit(room) or ELLIPSIS
            return f"{before} {shown}{after}".strip()
        if columns_of(before + after) <= width:
            return before + after
        facts = " ".join(filter(None, [self.code, self.notes.removeprefix(DOT)]))
        name = cut(
            self.brief or self.name, max(_SHORTEST_NAME, width - columns_of(facts) - 1)
        )
        return f"{name} {facts}".strip()
