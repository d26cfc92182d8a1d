"""JSON as RFC 8259 has it: no NaN, no infinities, and nothing that breaks UTF-8."""

from __future__ import annotations

from json import JSONDecoder, JSONEncoder
from typing import Any


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_decode = JSONDecoder(parse_constant=_refuse).decode
# Non-ASCII is escaped, so that a lone surrogate has a form in UTF-8 too.
_encode = JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def loads(content: str | bytes) -> Any:
    """Parse JSON; ValueError for anything else, and for what is nested too deeply."""
    try:
        return _decode(content if isinstance(content, str) else content.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dumps(value: Any) -> str:
    """Write JSON; TypeError or ValueError for what has no form in it."""
    return _encode(value)
