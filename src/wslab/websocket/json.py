"""JSON as RFC 8259 has it: no NaN, no infinities, and nothing that breaks UTF-8."""

from __future__ import annotations

import re
from json import JSONDecoder, JSONEncoder
from math import isfinite
from typing import Any

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number is beyond the range of a float")
    return number


_decode = JSONDecoder(parse_constant=_refuse, parse_float=_finite).decode
# Non-ASCII is escaped, so that a lone surrogate has a form in UTF-8 too.
_encode = JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_encode_plain = JSONEncoder(ensure_ascii=False).encode


def loads(content: str | bytes) -> Any:
    """Parse JSON, and refuse what no other parser would understand alike.

    RFC 8259 leaves the range of numbers (section 6), unpaired surrogates (8.2) and the
    depth (9) to the implementation. This one refuses a number beyond a float, an
    integer of more digits than `int` reads (4,300 by default), a `\\ud800` without its
    partner, and what is nested too deeply for Python's stack.

    Args:
        content: a text, or its UTF-8.

    Raises:
        ValueError: the content is not JSON, or is refused for one of these reasons.
    """
    text = content if isinstance(content, str) else content.decode()
    try:
        value = _decode(text)
        if _SURROGATE.search(text):
            _encode_plain(value).encode()  # UnicodeEncodeError, a ValueError, if lone
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def dumps(value: Any) -> str:
    """Write JSON without spaces, in ASCII.

    Raises:
        TypeError: a value has no form in JSON.
        ValueError: a value is NaN or an infinity, or holds itself.
    """
    return _encode(value)
