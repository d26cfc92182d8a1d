"""Close codes and reasons (RFC 6455 section 7.4 and the IANA registry)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NORMAL_CLOSURE = 1000
UNSUPPORTED_DATA = 1003
NO_STATUS_RECEIVED = 1005
ABNORMAL_CLOSURE = 1006
INVALID_PAYLOAD = 1007
POLICY_VIOLATION = 1008
MESSAGE_TOO_BIG = 1009
INTERNAL_ERROR = 1011
SERVICE_RESTART = 1012

NAMES: Mapping[int, str] = MappingProxyType(
    {
        1000: "Normal Closure",
        1001: "Going Away",
        1002: "Protocol Error",
        1003: "Unsupported Data",
        1004: "Reserved",
        1005: "No Status Received",
        1006: "Abnormal Closure",
        1007: "Invalid Frame Payload Data",
        1008: "Policy Violation",
        1009: "Message Too Big",
        1010: "Mandatory Extension",
        1011: "Internal Error",
        1012: "Service Restart",
        1013: "Try Again Later",
        1014: "Bad Gateway",
        1015: "TLS Handshake",
    }
)
"""Short names of the registered codes, 1000 to 1015."""

NEVER_SENT = frozenset({1004, 1005, 1006, 1015})
"""Codes of the registry that no close frame carries (section 7.4.1)."""

_MAX_REASON = 123


def substitutes(code: int) -> tuple[int, ...]:
    """Return what to close with if a server refuses a code, the best first.

    1001-1014 become 4001-4014: RFC 6455 section 7.4.2 leaves 4000-4999 to applications,
    and so no server has an opinion of them. 1000 is what every server takes.
    """
    if code == NORMAL_CLOSURE:
        return ()
    return (code + 3000, NORMAL_CLOSURE) if code < 3000 else (NORMAL_CLOSURE,)


def _is_registered(code: int) -> bool:
    return 1000 <= code <= 1014 and code not in NEVER_SENT


def check_close(code: int, reason: str) -> None:
    """Raise ValueError unless a close frame may carry this code and reason.

    TypeError for a reason that is no str.

    Codes: 1000-1003, 1007-1014 and 3000-4999 (section 7.4.1 and 7.4.2). A reason: at
    most 123 bytes of UTF-8, since a control frame holds 125 (section 5.5).
    """
    known = isinstance(code, int)  # a float may be equal, and breaks a server
    if known and code == NORMAL_CLOSURE and not reason:
        return
    if not known or not (_is_registered(code) or 3000 <= code <= 4999):
        raise ValueError(
            f"{code} may not be sent as a close code: "
            "use 1000-1003, 1007-1014 or 3000-4999"
        )
    if not isinstance(reason, str):
        raise TypeError(f"a close reason is a str, not {type(reason).__name__}")
    size = len(reason.encode())
    if size > _MAX_REASON:
        raise ValueError(
            f"a close reason has at most {_MAX_REASON} bytes of UTF-8, this has {size}"
        )
