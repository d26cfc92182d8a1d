"""Annotations as converters: the text of a request becomes a checked value."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from math import isfinite
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from wslab.websocket.errors import DeclarationError, InvalidParameter

MISSING: Any = object()

_INT = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BOOLS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}

Convert = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A view's parameter that is filled from the text of the request.

    Attributes:
        name: the parameter's name, and its key in the query.
        convert: makes the value of one text; ValueError for a text that has none.
        kind: what the text must be, as an error says it.
        default: the value for a missing one; MISSING where it is required.
        many: whether it collects all texts of its name in a list.
    """

    name: str
    convert: Convert
    kind: str
    default: Any = MISSING
    many: bool = False

    def value(self, texts: Sequence[str], source: str) -> Any:
        """Convert the texts that the request has under this name; the last one counts.

        Raises:
            InvalidParameter: it is missing or bad. The error names the parameter and
                what it must be, never the text.
        """
        if not texts and self.default is not MISSING:
            return self.default
        if not texts and not self.many:
            raise InvalidParameter(f"{source} parameter {self.name!r} is missing")
        try:
            if self.many:
                return [self.convert(text) for text in texts]
            return self.convert(texts[-1])
        except ValueError:
            raise InvalidParameter(
                f"{source} parameter {self.name!r} must be {self.kind}"
            ) from None


def parameter(name: str, annotation: Any, default: Any = MISSING) -> Parameter:
    """Read an annotation as a converter.

    It may be str, int, float, bool, datetime, UUID, an Enum, a Literal, one of these or
    None, or a list of them.

    Raises:
        DeclarationError: the annotation is another one.
    """
    required, optional = _without_none(annotation)
    if optional and default is MISSING:
        default = None
    many = get_origin(required) is list
    (inner,) = get_args(required) if many else (required,)
    convert, kind = _converter(inner)
    return Parameter(name, convert, kind, default, many)


def accepts(annotation: Any, value_type: type) -> bool:
    """Tell whether a value of this type fits the annotation."""
    required, _ = _without_none(annotation)
    if required in (Any, object):
        return True
    return isinstance(required, type) and issubclass(value_type, required)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation, False
    rest = [a for a in get_args(annotation) if a is not type(None)]
    optional = len(rest) < len(get_args(annotation))
    return (rest[0] if len(rest) == 1 else annotation), optional


def _converter(annotation: Any) -> tuple[Convert, str]:
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if get_origin(annotation) is Literal:
        return _choice({str(value): value for value in get_args(annotation)})
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _choice({str(member.value): member for member in annotation})
    name = getattr(annotation, "__name__", annotation)
    raise DeclarationError(f"{name} is no type that a request's text converts to")


def _choice(values: dict[str, Any]) -> tuple[Convert, str]:
    return partial(_pick, values), "one of " + ", ".join(values)


def _pick(values: dict[str, Any], text: str) -> Any:
    if text not in values:
        raise ValueError
    return values[text]


def _int(text: str) -> int:
    if not _INT.fullmatch(text):
        raise ValueError
    return int(text)


def _float(text: str) -> float:
    if not _FLOAT.fullmatch(text) or not isfinite(value := float(text)):
        raise ValueError
    return value


def _bool(text: str) -> bool:
    if text.lower() not in _BOOLS:
        raise ValueError
    return _BOOLS[text.lower()]


def _uuid(text: str) -> UUID:
    """Read the form of RFC 9562 section 4 alone; `UUID` itself takes many more."""
    if not _UUID.fullmatch(text):
        raise ValueError
    return UUID(text)


_SCALARS: dict[Any, tuple[Convert, str]] = {
    str: (str, "text"),
    int: (_int, "an integer"),
    float: (_float, "a finite number"),
    bool: (_bool, "true or false"),
    datetime: (datetime.fromisoformat, "a date and time of ISO 8601"),
    UUID: (_uuid, "a UUID"),
}
