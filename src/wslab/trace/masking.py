"""Masking the secrets of a handshake, before a trace stores them."""

from __future__ import annotations

import re

MASK = "***"

_WORDS = r"token|secret|passw|credential|session|jwt|ticket|api[-_]?key|bearer|auth"
_HEADER = re.compile(
    r"cookie|authorization|x-auth|token|secret|passw|api[-_]?key|jwt", re.I
)
_PARAMETER = re.compile(
    rf"(?<=[?&;])([^=&#]*(?:{_WORDS})[^=&#]*|key|sid|sig|signature)=[^&#\s]*", re.I
)
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_CARRIER = re.compile(rf"^((?:.*[._:-])?(?:{_WORDS})[\w-]*[.:=]).+$", re.I)
_LABEL = re.compile(rf"^(?:[\w-]*[._-])?(?:{_WORDS})$", re.I)


def mask_target(target: str) -> str:
    """A request target without the values of token-like query parameters."""
    return _PARAMETER.sub(rf"\1={MASK}", target)


def mask_subprotocols(offer: list[str]) -> list[str]:
    """Subprotocol names without the tokens that some of them carry.

    A token comes inside a name (`bearer.TOKEN`), as a name of its own after a label
    (`access_token, TOKEN`), or is known by its looks (a JSON web token).
    """
    masked: list[str] = []
    for name in offer:
        if masked and _LABEL.match(masked[-1]):
            masked.append(MASK)
        else:
            masked.append(_CARRIER.sub(rf"\1{MASK}", _JWT.sub(MASK, name)))
    return masked


def mask_header(name: str, value: str) -> str:
    """A header's value without its secrets: their scheme or name stays."""
    if name.lower() == "sec-websocket-protocol":
        return ", ".join(mask_subprotocols([part.strip() for part in value.split(",")]))
    if not _HEADER.search(name):
        return mask_target(value)
    if "cookie" in name.lower():
        return _mask_cookies(value, only_first=name.lower() == "set-cookie")
    scheme, _, credentials = value.partition(" ")
    return f"{scheme} {MASK}" if credentials else MASK


def _mask_cookies(value: str, only_first: bool) -> str:
    """Set-Cookie has one cookie, the rest are its attributes (RFC 6265)."""
    first, *rest = value.split(";")
    return ";".join([_cookie(first), *(rest if only_first else map(_cookie, rest))])


def _cookie(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}={MASK}" if equals else MASK
