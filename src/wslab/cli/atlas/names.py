"""The names that a command is given, which may be patterns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase


class WrongName(Exception):
    """An argument that names nothing; the text says what there is."""


def named(patterns: Sequence[str], known: Iterable[str], what: str) -> list[str]:
    """Return the names that match one of the patterns; all without a pattern."""
    names = list(known)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            there = f"there are {', '.join(names)}"
            told = there if len(names) < 30 else "`wslab atlas list` names all"
            raise WrongName(f"no {what} is called {pattern!r}; {told}")
    return [
        name
        for name in names
        if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
    ]
