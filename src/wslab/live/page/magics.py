"""The one line magic of IPython that chapters use."""

from __future__ import annotations

import ast
import re

NAME = "__wslab_magic__"
"""What a cell calls in a magic's place."""

MODES = ("Plain", "Context", "Verbose", "Minimal")

_LINE = re.compile(r"^%(\w+)[ \t]*(.*)$", re.M)


def without_magics(source: str) -> str:
    """Return a cell in Python alone, each line in its place."""
    try:
        ast.parse(source)
    except SyntaxError:
        return _LINE.sub(lambda it: f"{NAME}({it[1]!r}, {it[2]!r})", source)
    return source


class Magics:
    """Does what magics ask for.

    Attributes:
        is_minimal: whether errors are shown without tracebacks.
    """

    def __init__(self) -> None:
        self.is_minimal = False

    def __call__(self, name: str, argument: str) -> None:
        """Run `%name argument`.

        Raises:
            NameError: a page has no such magic.
            ValueError: it has no such mode.
        """
        if name != "xmode":
            raise NameError(f"a page has no magic %{name}")
        mode = argument.strip().capitalize()
        if mode not in MODES:
            raise ValueError(f"no exception mode {argument!r}: {', '.join(MODES)}")
        self.is_minimal = mode == "Minimal"
        print(f"Exception reporting mode: {mode}")
