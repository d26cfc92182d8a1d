"""Path patterns with typed parameters: `/rooms/{room}/{page:int}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import isfinite
from typing import Any
from urllib.parse import quote

from wslab.websocket.errors import DeclarationError

_PARAMETER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Converter:
    """One type of parameter: what it matches, what it becomes, how it is written.

    `convert` raises ValueError for text that has the form but no value.
    """

    type: type
    regex: str
    convert: Callable[[str], Any]
    write: Callable[[Any], str]


class Pattern:
    """A path pattern, compiled. Raises DeclarationError for one that makes no sense."""

    __slots__ = ("_converters", "_pieces", "_regex", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._converters: dict[str, Converter] = {}
        self._pieces = _PARAMETER.split(text)
        regex = ""
        for index, piece in enumerate(self._pieces):
            regex += self._group(piece) if index % 2 else self._literal(piece)
        self._regex = re.compile(regex, re.DOTALL)

    @property
    def types(self) -> Mapping[str, type]:
        """The type of each parameter's value."""
        return {name: c.type for name, c in self._converters.items()}

    def match(self, path: str) -> dict[str, Any] | None:
        """Return the parameters' values, None if the path does not match."""
        if not self._converters:
            return {} if path == self.text else None
        found = self._regex.fullmatch(path)
        if found is None:
            return None
        try:
            return {
                name: self._converters[name].convert(text)
                for name, text in found.groupdict().items()
            }
        except ValueError:
            return None

    def path(self, values: Mapping[str, Any]) -> str:
        """Write the path for these values; the reverse of `match`.

        Raises ValueError for a missing or a surplus parameter, and for a value that
        would not match.
        """
        if values.keys() != self._converters.keys():
            wanted = ", ".join(self._converters) or "no parameter"
            raise ValueError(f"{self.text} takes {wanted}, not {', '.join(values)}")
        parts = list(self._pieces)
        parts[1::2] = (
            converter.write(values[name])
            for name, converter in self._converters.items()
        )
        plain = "".join(parts)
        if self.match(plain) is None:
            raise ValueError(f"these values do not fit {self.text}")
        return quote(plain)

    def _literal(self, text: str) -> str:
        if "{" in text or "}" in text:
            raise DeclarationError(f"unbalanced brace in the path {self.text!r}")
        return re.escape(text)

    def _group(self, declaration: str) -> str:
        name, _, kind = declaration.partition(":")
        if not name.isidentifier():
            raise DeclarationError(f"{name!r} in {self.text!r} is not a parameter name")
        if name in self._converters:
            raise DeclarationError(f"{self.text!r} has two parameters named {name!r}")
        converter = _converter(kind or "str", self.text)
        self._converters[name] = converter
        return f"(?P<{name}>{converter.regex})"


def _converter(kind: str, pattern: str) -> Converter:
    name, _, form = kind.partition(":")
    if name == "datetime":
        return _datetime(form)
    if form or name not in _CONVERTERS:
        raise DeclarationError(
            f"unknown parameter type {kind!r} in {pattern!r}: "
            f"use {', '.join(_CONVERTERS)} or datetime"
        )
    return _CONVERTERS[name]


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(f"{text} is beyond the range of a float")
    return value


def _datetime(form: str) -> Converter:
    """Convert by a strptime format, or from ISO 8601 where there is none."""
    segments = form.count("/")
    regex = "[^/]+" + "/[^/]+" * segments
    if not form:
        return Converter(datetime, regex, datetime.fromisoformat, datetime.isoformat)
    read = partial(_strptime, form)
    try:
        read(datetime(2001, 2, 3).strftime(form))
    except ValueError as error:
        raise DeclarationError(f"bad datetime format {form!r}: {error}") from error
    return Converter(datetime, regex, read, lambda value: value.strftime(form))


def _strptime(form: str, text: str) -> datetime:
    return datetime.strptime(text, form)


_CONVERTERS = {
    "str": Converter(str, "[^/]+", str, str),
    "int": Converter(int, "-?[0-9]+", int, str),
    "float": Converter(float, r"-?[0-9]+(?:\.[0-9]+)?", _finite, str),
    "path": Converter(str, ".*", str, str),
}
