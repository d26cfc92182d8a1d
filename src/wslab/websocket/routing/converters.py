"""The types of parameters that a path pattern may have."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import isfinite
from typing import Any

from wslab.websocket.errors import DeclarationError
from wslab.websocket.routing.splitting import Step

_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")


@dataclass(frozen=True, slots=True)
class Converter:
    """One type of parameter.

    Attributes:
        type: the type of its values.
        steps: the text that it takes, as much as it can get.
        convert: makes the value of a text; ValueError or OverflowError for one that has
            the form but no value.
        write: writes the text of a value.
    """

    type: type
    steps: tuple[Step, ...]
    convert: Callable[[str], Any]
    write: Callable[[Any], str]


def converter(kind: str, pattern: str) -> Converter:
    """Return the converter for `str`, `int`, `float`, `path` or `datetime:FORMAT`.

    Raises:
        DeclarationError: there is none of that name, or the format is wrong.
    """
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
    steps = _SEGMENT + (Step("/"), *_SEGMENT) * form.count("/")
    if not form:
        return Converter(datetime, steps, datetime.fromisoformat, datetime.isoformat)
    read = partial(_strptime, form)
    try:
        read(datetime(2001, 2, 3).strftime(form))
    except ValueError as error:
        raise DeclarationError(f"bad datetime format {form!r}: {error}") from error
    return Converter(datetime, steps, read, lambda value: value.strftime(form))


def _strptime(form: str, text: str) -> datetime:
    """Read a date; `strptime` itself takes the digits of every script."""
    if _FOREIGN_DIGIT.search(text):
        raise ValueError("a date is written in the digits 0 to 9")
    return datetime.strptime(text, form)


_SEGMENT = (Step("[^/]", repeats=True),)
_INT = (Step("-", skip=1), Step("[0-9]", repeats=True))
_FRACTION = (Step(r"\.", skip=2), Step("[0-9]", repeats=True))

_CONVERTERS = {
    "str": Converter(str, _SEGMENT, str, str),
    "int": Converter(int, _INT, int, str),
    "float": Converter(float, _INT + _FRACTION, _finite, str),
    "path": Converter(str, (Step(".", repeats=True, skip=1),), str, str),
}
