"""A host and its port, as `Host` and `Origin` name them (RFC 3986 section 3.2)."""

from __future__ import annotations

import re
from typing import NamedTuple

_AUTHORITY = re.compile(
    r"(?P<host>\[[0-9a-z:.]+\]|(?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2})+)"
    r"(?::(?P<port>[0-9]{0,5}))?",
    re.ASCII,
)


class Authority(NamedTuple):
    """A host in lower case, an IPv6 address in its brackets, and a port if one stands.

    Attributes:
        host: the host.
        port: 0 to 65535; None where none stands.
    """

    host: str
    port: int | None


def authority(text: str) -> Authority | None:
    """Read `host` or `host:port`; None for what is neither, user information included.

    The form is that of the `Host` header (RFC 9110 section 7.2), compared without
    regard to case (RFC 3986 section 6.2.2.1).
    """
    found = _AUTHORITY.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else None
    if port is not None and port > 65535:
        return None
    return Authority(found["host"], port)
