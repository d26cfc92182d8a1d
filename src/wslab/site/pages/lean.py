"""A page's HTML without the templates' blanks, which no reader sees."""

import re
from html.parser import HTMLParser
from itertools import accumulate, pairwise

_BLOCK = re.compile(
    "</?(?:article|body|details|div|h[1-6]|head|li|link|main|meta|nav|ol|p|script"
    "|table|t[dhr]|tbody|thead|ul)"
)
_VERBATIM = frozenset(["pre", "script", "style", "textarea"])
_TEXT = "text"


def lean(html: str) -> str:
    """Return a page's HTML without the templates' blanks: line breaks and indents.

    Tags are left as they are written, and so are code and scripts.
    """
    parts: list[str] = []
    inside = ""
    for (start, mark), (end, following) in pairwise(_Cutter(html).cuts):
        piece = html[start:end]
        name = mark.strip("</")
        if not inside and mark == _TEXT:
            piece = _without_indents(piece)
            if _BLOCK.fullmatch(following):
                piece = piece.removesuffix("\n")
        elif not inside and name in _VERBATIM:
            inside = name
        elif mark == f"</{inside}":
            inside = ""
        parts.append(piece)
    return "".join(parts)


class _Cutter(HTMLParser):
    """Notes where each tag and each text begins.

    Attributes:
        cuts: where, and what: `<p`, `</p`, `text`, or nothing for all else.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cuts: list[tuple[int, str]] = []
        lines = html.split("\n")
        self._starts = list(accumulate((len(it) + 1 for it in lines), initial=0))
        self.feed(html)
        self.close()
        self.cuts.append((len(html), ""))

    def _cut(self, mark: str) -> None:
        line, column = self.getpos()
        self.cuts.append((self._starts[line - 1] + column, mark))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._cut(f"<{tag}")

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self._cut("")

    def handle_endtag(self, tag: str) -> None:
        self._cut(f"</{tag}")

    def handle_data(self, data: str) -> None:
        self._cut(_TEXT)

    def handle_comment(self, data: str) -> None:
        self._cut("")

    def handle_decl(self, decl: str) -> None:
        self._cut("")

    def handle_pi(self, data: str) -> None:
        self._cut("")

    def unknown_decl(self, data: str) -> None:
        self._cut("")


def _without_indents(text: str) -> str:
    """Return the lines that are not blank, without the space at their line breaks."""
    first, *inner = text.split("\n")
    if not inner:
        return text
    last = inner.pop()
    middle = [line for line in map(str.strip, inner) if line]
    return "\n".join([first.rstrip(), *middle, last.lstrip()])
