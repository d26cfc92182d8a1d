"""The page "What does my client see?": what an application does, and its effect.

It is asked both ways: from what is done to what is seen, and from what shall be seen
to what has to be done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from html import escape

from wslab.site.atlas.book import Book
from wslab.site.atlas.wishes import Wish, granting, may_be_sent, wishes

BEFORE, AFTER = "before it accepts", "after it has accepted"


@dataclass(frozen=True)
class Choice:
    """Something that an application can do, and the scenario in which it does."""

    when: str
    what: str
    with_: str
    scenario: str

    @property
    def told(self) -> str:
        """What the application does, in words."""
        more = f" ({self.with_})" if self.with_ else ""
        return f"{self.when.capitalize()}, it {self.what}{more}"

    @property
    def number(self) -> int | None:
        """The status or the code that it asks for."""
        found = re.search(r"\d+", self.with_)
        return int(found[0]) if found else None

    def as_data(self) -> dict[str, str]:
        """Return it as the page's script reads it."""
        data = asdict(self)
        return {name.rstrip("_"): value for name, value in data.items()}


def choices(book: Book) -> Iterator[Choice]:
    """Yield what there is to choose, as far as it has been measured."""
    names = {row.scenario.name for row in book.rows}
    for choice in (*_fixed(), *_codes(sorted(names))):
        if choice.scenario in names:
            yield choice


def _fixed() -> Iterator[Choice]:
    yield Choice(BEFORE, "returns", "", "return-before-accept")
    yield Choice(BEFORE, "raises", "", "raise-before-accept")
    yield Choice(BEFORE, "closes", "", "close-before-accept")
    for code in (1000, 3000, 4003):
        yield Choice(
            BEFORE, "closes", f"code {code}", f"close-before-accept-with-{code}"
        )
    yield Choice(BEFORE, "denies", "status 401 and a body", "denial")
    for status in (404, 429, 500):
        yield Choice(BEFORE, "denies", f"status {status}", f"denial-{status}")
    yield Choice(AFTER, "returns", "", "handler-returns")
    yield Choice(AFTER, "raises", "", "handler-raises")
    yield Choice(AFTER, "closes", "", "close-without-code")
    yield Choice(AFTER, "closes", "code 4001 and a reason", "close-with-reason")


def _codes(names: list[str]) -> Iterator[Choice]:
    """Yield a choice for each code that a scenario closes with, in their order."""
    for code in codes(names):
        told = f"code {code}" if may_be_sent(code) else f"code {code}, may not be sent"
        yield Choice(AFTER, "closes", told, f"close-with-{code}")


def codes(names: Iterable[str]) -> list[int]:
    """Return the codes that scenarios of these names close with, in their order."""
    found = (re.fullmatch(r"close-with-(\d+)", name) for name in names)
    return sorted(int(match[1]) for match in found if match)


def explorer_page(book: Book) -> str:
    """Return the page in Markdown: two forms, and without their script two lists."""
    found = list(choices(book))
    asked = {choice.scenario: choice.number for choice in found}
    granted = [(wish, granting(book, wish, asked)) for wish in wishes(codes(asked))]
    done = [it.as_data() for it in found]
    told = {it.scenario: it.told for it in found}
    wanted = [
        {"sees": wish.sees, "note": wish.note, "answers": answers}
        for wish, answers in granted
    ]
    servers = "".join(
        f'<option value="{it.name}">{escape(book.titled(it))}</option>'
        for it in book.columns("servers")
    )
    when = "".join(f"<option>{it}</option>" for it in (BEFORE, AFTER))
    sees = "".join(f"<option>{escape(wish.sees)}</option>" for wish, _ in granted)
    listed = "\n".join(
        f"- {it.told}: [{it.scenario}]({it.scenario}.md)" for it in found
    )
    return f"""\
# What does my client see?

Choose what the application does, and on which server. The answer is what was measured
there, not what a document says.

<form class="wa-filters wa-explorer" data-choices="{_data(done)}" markdown="0" hidden>
<label>When <select name="when">{when}</select></label>
<label>the application <select name="what"></select></label>
<label>with <select name="with"></select></label>
<label>on <select name="server">{servers}</select></label>
</form>

<div class="wa-answer" aria-live="polite" data-search-exclude markdown="0"></div>

## What do I write, so that it sees that?

Choose what the client shall see. The answer is the application that gave it there, with
what each side saw; where nothing that was measured gives it, it says so.

<form class="wa-filters wa-wishes" data-wishes="{_data(wanted)}"
 data-told="{_data(told)}" markdown="0" hidden>
<label>The client shall see <select name="wish">{sees}</select></label>
<label>on <select name="on">{servers}</select></label>
</form>

<div class="wa-granted" aria-live="polite" data-search-exclude markdown="0"></div>

## All that a client may see {{ data-search-exclude }}

<dl class="wa-wanted" markdown="0">
{"".join(_granted(wish, answers) for wish, answers in granted)}</dl>

## All that an application may do {{ data-search-exclude }}

{listed}

<script src="../../scripts/explorer.js" defer></script>
"""


def _data(entries: object) -> str:
    """Return what the page's script reads, as an attribute's value."""
    return escape(json.dumps(entries))


def _granted(wish: Wish, answers: dict[str, list[str]]) -> str:
    """Return an entry of the list: what gives it, and on which servers nothing does."""
    lines = [escape(wish.note)] if wish.note else []
    for name in dict.fromkeys(name for names in answers.values() for name in names):
        where = [server for server, names in answers.items() if name in names]
        lines.append(f'<a href="../{name}/">{name}</a>: {_those(where, answers)}')
    if lacking := [server for server, names in answers.items() if not names]:
        lines.append(f"nothing gives it: {_those(lacking, answers)}")
    return f"<dt>{escape(wish.sees)}</dt><dd>{'<br>'.join(lines)}</dd>\n"


def _those(some: list[str], among: Iterable[str]) -> str:
    """Return the names of some servers, of all of them in two words."""
    return "every server" if some == list(among) else ", ".join(some)
