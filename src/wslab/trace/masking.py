"""Masking the secrets of a handshake, before a trace stores them.

One list of words serves headers, cookies, query parameters and subprotocols. What is
masked is the value; its name, or the scheme of `Authorization`, stays readable. Every
function takes time in proportion to the length of what it reads, since the sender of a
request chooses that length.

Not masked, since nothing in the handshake says what they are: messages, close reasons,
the texts of exceptions, and bodies such as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote_plus

MASK = "***"

# A name is cut into words, "X-Amz-Signature" into x, amz, signature; it is secret if
# one of these begins anywhere in the words without their separators ...
_STEM = re.compile(
    "token|secret|passw|passphrase|passcode|credential|session|jwt|ticket|bearer|cookie"
    "|sessid|apikey|accesskey|privatekey|sharedkey|signingkey|encryptionkey"
    "|subscriptionkey|signature|auth(?!or(?!i[sz]))"
)
# ... or if a word is one of these, or all of it is.
_WORDS = frozenset(
    ("sid", "sig", "pwd", "pass", "pin", "otp", "totp", "csrf", "xsrf", "hmac", "saml")
)
_WHOLE = frozenset(("key", "code"))
_WORD = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")

# Headers that have such a name and no secret (RFC 6455 section 11.3, RFC 9110
# section 11); the parameters of their values are masked as in any header.
_OPEN_HEADERS = frozenset(
    (
        "sec-websocket-key",
        "sec-websocket-accept",
        "www-authenticate",
        "proxy-authenticate",
        "access-control-allow-credentials",
    )
)
_SCHEMES = frozenset(
    (
        *("basic", "bearer", "digest", "dpop", "hmac", "hoba", "mutual", "negotiate"),
        *("ntlm", "privatetoken", "token", "vapid", "aws4-hmac-sha256"),
        *("scram-sha-1", "scram-sha-256"),
    )
)
_USER = re.compile(r"://[^/?#\s@]*@")
_DOTTED = re.compile(r"[\w.-]+", re.ASCII)
_RANDOM = re.compile(r"[A-Za-z0-9+/=_~-]{20,}")
_PARAMETERS = re.compile(r"([?&#\s])")
_LABELS = re.compile(r"([.:=])")
_NESTING = 3
"""Addresses within addresses, percent-encoded, that are looked into."""


def is_secret(name: str) -> bool:
    """Return whether a header, parameter, cookie or label names a secret.

    `name` may be percent-encoded, as `%74oken` is.
    """
    words = _WORD.findall(unquote_plus(name))
    joined = "".join(words).lower()
    if joined in _WHOLE or _STEM.search(joined):
        return True
    return any(word.lower() in _WORDS for word in words)


def mask_target(target: str) -> str:
    """Return a request target, or any text with addresses, without its secrets.

    These are the values of secret parameters in a path, query or fragment, the user
    and password of an address, and JSON web tokens anywhere.
    """
    return _mask_text(target, _NESTING)


def mask_subprotocols(offer: Sequence[str]) -> list[str]:
    """Return subprotocol names without the tokens that some of them carry.

    A token comes inside a name (`bearer.TOKEN`), as a name of its own after a label
    (`access_token, TOKEN`), or is known by its looks: a JSON web token, or 20 letters
    and digits in a row that are no word.
    """
    masked: list[str] = []
    after_label = False
    for name in offer:
        masked.append(MASK if after_label else _mask_subprotocol(name))
        after_label = not after_label and is_secret(_LABELS.split(name)[-1])
    return masked


def mask_header(name: str, value: str) -> str:
    """Return a header's value without its secrets: their scheme or name stays."""
    return next(mask_headers([(name, value)]))[1]


def mask_headers(
    headers: Sequence[tuple[str, str]], offered: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield headers without their secrets.

    Args:
        headers: Names and values, unfolded (RFC 9112 section 5.2).
        offered: Of a response, what `subprotocols` says of the request: the server may
            answer with a name that only its place in the offer shows to be a token.
    """
    known = subprotocols(headers) | dict(offered or {})
    for name, value in headers:
        lower = name.strip().lower()
        if lower == "sec-websocket-protocol":
            yield name, ", ".join(known[part] for part in _names(value))
        else:
            yield name, _mask_value(lower, value)


def subprotocols(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the subprotocols that a head lists, each with its masked form."""
    names = [
        part
        for name, value in headers
        if name.strip().lower() == "sec-websocket-protocol"
        for part in _names(value)
    ]
    return dict(zip(names, mask_subprotocols(names), strict=True))


def _names(value: str) -> list[str]:
    return [part.strip() for part in value.split(",")]


def _mask_value(name: str, value: str) -> str:
    if name in _OPEN_HEADERS or not is_secret(name):
        return mask_target(value)
    if "cookie" in name:
        return _mask_cookies(value, only_first=name.startswith("set-"))
    scheme, _, credentials = value.partition(" ")
    return f"{scheme} {MASK}" if credentials and scheme.lower() in _SCHEMES else MASK


def _mask_cookies(value: str, only_first: bool) -> str:
    """Mask cookies; `only_first` in Set-Cookie, which has one and its attributes."""
    first, *rest = value.split(";")
    others = map(mask_target if only_first else _mask_cookie, rest)
    return ";".join([_mask_cookie(first), *others])


def _mask_cookie(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}={MASK}" if equals else MASK


def _mask_text(text: str, nesting: int) -> str:
    if nesting == 0:
        return text
    text = _DOTTED.sub(_mask_jwt, _USER.sub(f"://{MASK}@", text))
    parts = _PARAMETERS.split(text)
    return "".join(_mask_parameters(part, nesting) for part in parts)


def _mask_parameters(part: str, nesting: int) -> str:
    """Mask from the first secret on: its value may have a ";" of its own."""
    shown: list[str] = []
    for parameter in part.split(";"):
        name, equals, value = parameter.partition("=")
        if equals and is_secret(name):
            return ";".join([*shown, f"{name}={MASK}"])
        text = value if equals else name
        segments = [_mask_encoded(one, nesting) for one in text.split("/")]
        shown.append(parameter.removesuffix(text) + "/".join(segments))
    return ";".join(shown)


def _mask_encoded(text: str, nesting: int) -> str:
    """Mask a percent-encoded text that has a secret when it is decoded."""
    if "%" not in text:
        return text
    decoded = unquote_plus(text)
    return text if _mask_text(decoded, nesting - 1) == decoded else MASK


def _mask_jwt(dotted: re.Match[str]) -> str:
    """Mask from the part on that can be the header of a JWT (RFC 7519 section 3)."""
    parts = dotted[0].split(".")
    for index, part in enumerate(parts[:-1]):
        if part.startswith("eyJ"):
            return ".".join([*parts[:index], MASK])
    return dotted[0]


def _mask_subprotocol(name: str) -> str:
    parts = _LABELS.split(_DOTTED.sub(_mask_jwt, name))
    for index in range(len(parts) - 3, -1, -2):
        if is_secret(parts[index]):
            return "".join([*parts[: index + 2], MASK])
    return "".join(_RANDOM.sub(_mask_random, part) for part in parts)


def _mask_random(run: re.Match[str]) -> str:
    has_both = re.search("[0-9]", run[0]) and re.search("[A-Za-z]", run[0])
    return MASK if has_both else run[0]
