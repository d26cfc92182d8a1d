"""The colours of code: marks for what a theme colours, and for nothing else.

Pygments marks every name and every bracket, which is half of a page's size. Only
comments, keywords, numbers, strings and names that are being defined have a colour.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pygments.filter import Filter  # type: ignore[import-untyped]
from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    Text,
)

TokenType = Any
"""A node in Pygments' tree of types; `in` asks for an ancestor."""

_DEFINED = (Name.Function, Name.Class, Name.Decorator)
_COLOURED = (Comment, Keyword, Number, String)


def highlighting() -> dict[str, Any]:
    """Return the options of `pymdownx.highlight` that mark Python so."""
    options = {"filters": [FewColours()]}
    return {
        "extend_pygments_lang": [
            {"name": name, "lang": "python", "options": options}
            for name in ("python", "py")
        ]
    }


class FewColours(Filter):  # type: ignore[misc]
    """A Pygments filter that keeps the tokens which have a colour, in as few runs."""

    def filter(
        self, lexer: Lexer | None, stream: Iterable[tuple[TokenType, str]]
    ) -> Iterator[tuple[TokenType, str]]:
        """Yield the tokens of a stream; blanks between two of a kind join them."""
        kind, run, blanks = Text, "", ""
        for token, value in stream:
            now = _kind(token)
            if now is Text and value.isspace() and "\n" not in value:
                blanks += value
            elif now is kind:
                run, blanks = f"{run}{blanks}{value}", ""
            else:
                yield kind, run
                yield Text, blanks
                kind, run, blanks = now, value, ""
        yield kind, run
        yield Text, blanks


@cache
def _kind(token: TokenType) -> TokenType:
    """Return the type whose colour a token has; Text for none."""
    if token is Operator.Word:
        return Keyword
    if any(token in it for it in _DEFINED):
        return Name.Function
    return next((it for it in _COLOURED if token in it), Text)
