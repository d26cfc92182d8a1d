"""The page "What does my client see?": what an application does, and its effect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape

from wslab.site.atlas.book import Book

BEFORE, AFTER = "before it accepts", "after it has accepted"

_CLOSE = '{{"type": "websocket.close"{more}}}'


@dataclass(frozen=True)
class Choice:
    """Something that an application can do, and the scenario in which it does."""

    when: str
    what: str
    with_: str
    scenario: str
    code: str

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
    raising = 'raise RuntimeError("a fault in the handler")'
    yield Choice(BEFORE, "returns", "", "return-before-accept", "return")
    yield Choice(BEFORE, "raises", "", "raise-before-accept", raising)
    yield Choice(BEFORE, "closes", "", "close-before-accept", _closing())
    for code in (1000, 3000, 4003):
        scenario = f"close-before-accept-with-{code}"
        yield Choice(BEFORE, "closes", f"code {code}", scenario, _closing(code))
    start = '{"type": "websocket.http.response.start", "status": 401, "headers": []}'
    body = '{"type": "websocket.http.response.body", "body": b"no token"}'
    denial = f"await send({start})\nawait send({body})"
    yield Choice(BEFORE, "denies", "status 401", "denial", denial)
    yield Choice(AFTER, "returns", "", "handler-returns", "return")
    yield Choice(AFTER, "raises", "", "handler-raises", raising)


def _codes(names: list[str]) -> Iterator[Choice]:
    """Yield a choice for each code that a scenario closes with, in their order."""
    found = (re.fullmatch(r"close-with-(\d+)", name) for name in names)
    for code in sorted(int(match[1]) for match in found if match):
        told = f"code {code}" if may_be_sent(code) else f"code {code}, may not be sent"
        yield Choice(AFTER, "closes", told, f"close-with-{code}", _closing(code))


def may_be_sent(code: int) -> bool:
    """Return whether a close frame may carry a code (RFC 6455, section 7.4)."""
    if code in (1004, 1005, 1006, 1015):
        return False
    return 1000 <= code < 1015 or 3000 <= code < 5000


def _closing(code: int | None = None) -> str:
    more = "" if code is None else f', "code": {code}'
    return f"await send({_CLOSE.format(more=more)})"


def explorer_page(book: Book) -> str:
    """Return the page in Markdown: a form, and without its script a list."""
    found = list(choices(book))
    data = escape(json.dumps([choice.as_data() for choice in found]))
    servers = "".join(
        f'<option value="{it.name}">{escape(book.titled(it))}</option>'
        for it in book.columns("servers")
    )
    when = "".join(f"<option>{it}</option>" for it in (BEFORE, AFTER))
    listed = "\n".join(
        f"- {it.when}, it {it.what}{f' ({it.with_})' if it.with_ else ''}: "
        f"[{it.scenario}]({it.scenario}.md)"
        for it in found
    )
    return f"""\
# What does my client see?

Choose what the application does, and on which server. The answer is what was measured
there, not what a document says.

<form class="wa-filters wa-explorer" data-choices="{data}" markdown="0" hidden>
<label>When <select name="when">{when}</select></label>
<label>the application <select name="what"></select></label>
<label>with <select name="with"></select></label>
<label>on <select name="server">{servers}</select></label>
</form>

<div class="wa-answer" aria-live="polite" data-search-exclude markdown="0"></div>

## All of it

{listed}

<script src="../../scripts/explorer.js" defer></script>
"""
