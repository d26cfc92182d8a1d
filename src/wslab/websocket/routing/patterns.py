"""Path patterns with typed parameters: `/rooms/{room}/{page:int}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from wslab.websocket.errors import DeclarationError
from wslab.websocket.routing.converters import Converter, converter
from wslab.websocket.routing.splitting import Split, Step, splitter

_PARAMETER = re.compile(r"\{([^{}]*)\}")


class Pattern:
    """A path pattern, compiled.

    A parameter takes as much of the path as lets the rest match, the first one first:
    `/{name}.{ext}` splits `/a.b.c` into `a.b` and `c`. Matching takes time linear in
    the path, whatever the pattern.

    Args:
        text: the pattern; `{name}`, `{name:int}`, `{name:float}`, `{name:path}` and
            `{name:datetime:%Y-%m-%d}` stand for parameters, all else for itself.

    Raises:
        DeclarationError: an unbalanced brace, a name that is none or stands twice, an
            unknown type, or a wrong format.
    """

    __slots__ = ("_converters", "_pieces", "_split", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._converters: dict[str, Converter] = {}
        self._pieces = _PARAMETER.split(text)
        pieces = [
            self._parameter(piece) if index % 2 else self._literal(piece)
            for index, piece in enumerate(self._pieces)
        ]
        self._split: Split = splitter(pieces)

    @property
    def types(self) -> Mapping[str, type]:
        """The type of each parameter's value."""
        return {name: c.type for name, c in self._converters.items()}

    def match(self, path: str) -> dict[str, Any] | None:
        """Return the parameters' values by name, None if the path does not match.

        Args:
            path: the path, percent-decoded, as ASGI's `path` has it.
        """
        if not self._converters:
            return {} if path == self.text else None
        texts = self._split(path)
        if texts is None:
            return None
        found = zip(self._converters.items(), texts[1::2], strict=True)
        try:
            return {name: one.convert(text) for (name, one), text in found}
        except (ValueError, OverflowError):
            return None

    def path(self, values: Mapping[str, Any]) -> str:
        """Write the path for these values, percent-encoded; the reverse of `match`.

        Raises:
            ValueError: a parameter is missing or there is one too many, or a value
                would not match as what it is.
        """
        if values.keys() != self._converters.keys():
            wanted = ", ".join(self._converters) or "no parameter"
            raise ValueError(f"{self.text} takes {wanted}, not {', '.join(values)}")
        parts = list(self._pieces)
        parts[1::2] = [one.write(values[n]) for n, one in self._converters.items()]
        plain = "".join(parts)
        texts = self._split(plain)
        if texts is None or [*texts] != parts or self.match(plain) is None:
            raise ValueError(f"these values do not fit {self.text}")
        return quote(plain)

    def _literal(self, text: str) -> tuple[Step, ...]:
        if "{" in text or "}" in text:
            raise DeclarationError(f"unbalanced brace in the path {self.text!r}")
        return tuple(Step(re.escape(char)) for char in text)

    def _parameter(self, declaration: str) -> tuple[Step, ...]:
        name, _, kind = declaration.partition(":")
        if not name.isidentifier():
            raise DeclarationError(f"{name!r} in {self.text!r} is not a parameter name")
        if name in self._converters:
            raise DeclarationError(f"{self.text!r} has two parameters named {name!r}")
        self._converters[name] = converter(kind or "str", self.text)
        return self._converters[name].steps
