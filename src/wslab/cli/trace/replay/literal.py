"""Values as they are written in a program, in lines that are not too long."""

from __future__ import annotations

from collections.abc import Iterator

WIDTH = 88
"""Columns of a line."""

_PIECE = 48
"""Characters or bytes of a literal that is cut, at most."""


def literal(value: str | bytes) -> str:
    """Return a string's or bytes' literal, in the quotes that a formatter prefers."""
    text = repr(value)
    prefix, body = ("b", text[2:-1]) if isinstance(value, bytes) else ("", text[1:-1])
    if text[-1] == '"':
        return text
    double, single = body.count('"'), body.count("\\'")
    if double > single:
        return text
    body = body.replace("\\'", "'").replace('"', '\\"')
    return f'{prefix}"{body}"'


def laid_out(indent: str, head: str, value: str | bytes, tail: str = "") -> list[str]:
    """Return `head`, a value's literal and `tail` in a line, or in several.

    Where the literal is cut, it stands in the parentheses that end `head` and begin
    `tail`, or in some of its own.
    """
    line = f"{indent}{head}{literal(value)}{tail}"
    if len(line) <= WIDTH:
        return [line]
    whole = f"{indent}    {literal(value)}"
    cut = [f"{indent}    {literal(piece)}" for piece in _pieces(value)]
    own = not head.endswith("(")
    return [
        f"{indent}{head}(" if own else f"{indent}{head}",
        *([whole] if len(whole) <= WIDTH else cut),
        f"{indent}){tail}" if own else f"{indent}{tail}",
    ]


def _pieces(value: str | bytes) -> Iterator[str | bytes]:
    """Cut a value so that each piece's literal fits into a line."""
    start = 0
    while start < len(value):
        size = _PIECE
        while size > 1 and len(literal(value[start : start + size])) > WIDTH - 20:
            size //= 2
        yield value[start : start + size]
        start += size
