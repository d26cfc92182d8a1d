"""What a client can be made to see, and what gives it on which server, as measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wslab.atlas.cell import Outcome
from wslab.atlas.views import matches
from wslab.site.atlas.book import Book

ENDS = "FIN|reset"

UNSENDABLE = "RFC 6455, section 7.4, lets no close frame carry this code."

SHOWN_AS = {
    1005: "A browser shows it for a close frame without a code.",
    1006: "A browser shows it for a connection that ends without a close frame.",
    1015: "It stands for a TLS handshake that failed.",
}
"""What a client means by a code that comes in no frame (RFC 6455, section 7.4.1)."""


@dataclass(frozen=True)
class Wish:
    """Something that a client can see: patterns of lines of its view.

    `number` is the status or the code in it: who asks for another one, and gets this,
    has not said what to do for it.
    """

    sees: str
    lines: tuple[str, ...]
    never: tuple[str, ...] = ()
    number: int | None = None
    note: str = ""

    def is_granted(self, outcome: Outcome) -> bool:
        """Return whether a client has seen it."""
        seen = outcome.client
        return all(_has(seen, it) for it in self.lines) and not any(
            _has(seen, it) for it in self.never
        )


def _has(lines: Iterable[str], pattern: str) -> bool:
    return any(matches(line, pattern) for line in lines)


def wishes(codes: Iterable[int]) -> Iterator[Wish]:
    """Yield what a reader may wish for, with a close frame for each of some codes."""
    yield Wish("403", ("HTTP 403",))
    yield Wish("401 with a body", ("HTTP 401", "body *"), number=401)
    for status in (404, 429, 500):
        yield Wish(str(status), (f"HTTP {status}",), number=status)
    for code in codes:
        frame = f"close {code}|close {code} *"
        if may_be_sent(code):
            yield Wish(f"close {code}", (frame,), number=code)
        else:
            note = f"{UNSENDABLE} {SHOWN_AS.get(code, '')}".rstrip()
            told = f"close {code} (may not be sent)"
            yield Wish(told, (frame,), number=code, note=note)
    yield Wish("close 4001 with a reason", ("close 4001 '*'",), number=4001)
    yield Wish(
        "a close frame without a code (1005)",
        ("close without a code",),
        note=SHOWN_AS[1005],
    )
    yield Wish(
        "a bare TCP end (1006)",
        ("HTTP 101", ENDS),
        never=("close *",),
        note=SHOWN_AS[1006],
    )


def may_be_sent(code: int) -> bool:
    """Return whether a close frame may carry a code (RFC 6455, section 7.4)."""
    if code in (1004, 1005, 1006, 1015):
        return False
    return 1000 <= code < 1015 or 3000 <= code < 5000


def granting(
    book: Book, wish: Wish, scenarios: Mapping[str, int | None]
) -> dict[str, list[str]]:
    """Return, for each server, in which scenarios every client saw what is wished.

    Args:
        book: All rows.
        wish: What a client shall see.
        scenarios: The names of those that count, and the number that each asks for.
    """
    rows = {row.scenario.name: row for row in book.rows}
    found: dict[str, list[str]] = {it.name: [] for it in book.columns("servers")}
    for name, number in scenarios.items():
        if number not in (None, wish.number):
            continue
        for server, cell in rows[name].of("servers").items():
            if cell.outcomes and all(map(wish.is_granted, cell.outcomes)):
                found[server].append(name)
    return found
