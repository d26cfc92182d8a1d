"""Request headers as a mapping, and response headers as ASGI wants them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

RawHeaders = list[tuple[bytes, bytes]]
HeaderPairs = Iterable[tuple[bytes, bytes]] | Iterable[tuple[str, str]]

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_CONTROL = re.compile(rb"[\0\r\n]")


class Headers(Mapping[str, str]):
    """Immutable request headers; names are compared without regard to case.

    `headers[name]` is the first value of that name, `getlist(name)` all of them.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self.raw = tuple(raw)

    def __getitem__(self, name: str) -> str:
        key = name.lower().encode("latin-1", "replace")
        for other, value in self.raw:
            if other.lower() == key:
                return value.decode("latin-1")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        names = (name.lower().decode("latin-1") for name, _ in self.raw)
        return iter(dict.fromkeys(names))

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self.raw})

    def __repr__(self) -> str:
        return f"<Headers: {', '.join(self)}>"

    def getlist(self, name: str) -> list[str]:
        """Return every value of this name, in the request's order."""
        key = name.lower().encode("latin-1", "replace")
        return [v.decode("latin-1") for k, v in self.raw if k.lower() == key]


def encode_headers(headers: HeaderPairs | None) -> RawHeaders:
    """Return headers as lower-case byte pairs, the form that ASGI asks for.

    Raises ValueError for a name that is no token (RFC 9110 section 5.6.2, which rules
    out pseudo-headers) and for a value with CR, LF or NUL.
    """
    encoded: RawHeaders = []
    for name, value in headers or ():
        key = _latin1(name).lower()
        data = _latin1(value)
        if not _TOKEN.fullmatch(key):
            raise ValueError(f"{name!r} is not a header name")
        if _CONTROL.search(data):
            raise ValueError(f"the value of header {name!r} has a line break or NUL")
        encoded.append((key, data))
    return encoded


def _latin1(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
