"""Where the book shows a cause, and which scenario of the atlas is it."""

from __future__ import annotations

from typing import NamedTuple


class Shown(NamedTuple):
    """A section, as "chapter/#anchor" below `chapters/` on the site, and a scenario."""

    section: str | None = None
    scenario: str | None = None


_BREACH = "close-codes/#codes-that-the-server-sends-by-itself"
_NEITHER = "rejecting/#what-if-the-handler-returns-or-raises"
_HEALTHY = "close-codes/#why-is-a-healthy-client-closed-with-1011"
_TERMINATED = "shutdown/#sigterm-from-the-first-line-to-the-last"

SHOWN = {
    "accept-failed": Shown("rejecting/#after-accept-it-is-too-late"),
    "application-closed": Shown("closing/#the-application-closes"),
    "bad-handshake": Shown("handshake/#five-requests-that-are-no-handshake"),
    "cancelled-before-accept": Shown(_NEITHER),
    "cancelled-by-shutdown": Shown(
        "shutdown/#-timeout-graceful-shutdown", "sigterm-busy-grace"
    ),
    "client-close-code": Shown("close-codes/#who-owns-which-codes"),
    "client-close-reason": Shown(
        "close-codes/#how-long-may-a-reason-be", "client-closes-with-an-invalid-reason"
    ),
    "client-closed": Shown("closing/#the-client-closes"),
    "client-keepalive": Shown(
        "concurrency/#keepalive-ping-timeout-and-the-client-was-healthy"
    ),
    "client-left": Shown("closing/#the-client-vanishes", "client-leaves"),
    "client-left-before-accept": Shown(None, "client-leaves-before-accept"),
    "client-reset": Shown("keepalive/#fin-rst-or-nothing-at-all", "client-resets"),
    "client-silent": Shown(
        "keepalive/#the-whole-thing-uvicorn-closes-a-client-that-answers-no-ping",
        "client-answers-no-pings",
    ),
    "close-failed": Shown("closing/#codes-that-may-not-be-sent"),
    "close-timeout": Shown("closing/#the-application-closes", "close-unanswered"),
    "closed-before-accept": Shown(
        "rejecting/#what-does-the-client-see-when-i-close-before-accept",
        "close-before-accept",
    ),
    "compression": Shown(_BREACH, "compressed-garbage"),
    "control-frame": Shown(_BREACH),
    "denied": Shown("rejecting/#a-status-headers-and-a-body-of-your-own", "denial"),
    "disconnected": Shown("closing/#the-client-closes"),
    "fragments": Shown("echo/#a-message-is-not-a-frame"),
    "handler-cancelled": Shown(
        "push/#is-a-message-lost-when-i-cancel-a-receive", "handler-cancelled"
    ),
    "handler-not-receiving": Shown(_HEALTHY, "keepalive-while-messages-wait"),
    "handler-raised": Shown("closing/#a-handler-that-raises", "handler-raises"),
    "handler-returned": Shown("closing/#a-handler-that-returns", "handler-returns"),
    "illegal-close-code": Shown("closing/#codes-that-may-not-be-sent"),
    "invalid-utf-8": Shown("echo/#too-long-and-not-text", "invalid-text"),
    "limit-concurrency": Shown(
        "limits/#does-limit-concurrency-limit-websockets", "limit-page-after-websockets"
    ),
    "long-close-reason": Shown(
        "close-codes/#how-long-may-a-reason-be", "close-with-reason-of-124-bytes"
    ),
    "message-too-big": Shown(
        "limits/#how-large-may-a-message-be-ws-max-size", "message-over-the-limit"
    ),
    "no-http": Shown("tls/#wss-does-not-connect"),
    "no-request": Shown(),
    "no-route": Shown("first-hour/#403-or-404-is-it-the-path", "framework-no-route"),
    "no-server": Shown(),
    "no-websocket-library": Shown(
        "first-hour/#no-supported-websocket-library-detected"
    ),
    "page-left": Shown(
        "leaving-a-page/#what-does-a-page-send-when-its-user-leaves",
        "client-closes-1001",
    ),
    "plain-http": Shown(None, "plain-get"),
    "protocol-error": Shown(_BREACH),
    "proxy-idle": Shown("proxies/#why-is-it-closed-after-60-seconds-with-1006"),
    "raised-after-close": Shown("closing/#the-application-closes"),
    "raised-before-accept": Shown(_NEITHER, "raise-before-accept"),
    "reserved-bit": Shown(_BREACH, "rsv1"),
    "reserved-opcode": Shown(_BREACH),
    "returned-before-accept": Shown(_NEITHER, "return-before-accept"),
    "send-after-close": Shown(
        "starlette/#unexpected-asgi-message-websocketsend-after-sending-websocketclose",
        "send-after-own-close",
    ),
    "send-after-gone": Shown(
        "keepalive/#why-does-send-succeed-though-the-client-is-gone", "send-after-leave"
    ),
    "shutdown": Shown("closing/#a-server-that-goes-down", "sigterm-idle"),
    "shutdown-before-accept": Shown(_TERMINATED, "sigterm-handshake"),
    "subprotocol": Shown("tokens/#a-token-in-a-subprotocol"),
    "unknown": Shown(),
    "unmasked-frame": Shown(_BREACH, "unmasked-frame"),
    "upgrade-missing": Shown(
        "proxies/#why-400-404-or-426-behind-nginx", "upgrade-missing"
    ),
}
"""What shows each cause; a scenario that depends on more is in `CASES`."""

_SENT = (
    *(0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011),
    *(1012, 1013, 1014, 1015, 1016, 2999, 3000, 4000, 4999, 5000, 65535),
)
_RECEIVED = (0, 999, 1000, 1001, 1004, 1005, 1006, 1008, 1011, 1015, 2999, 3000)

CASES = frozenset(
    [
        *(f"close-with-{code}" for code in _SENT),
        *(f"client-closes-{code}" for code in (*_RECEIVED, 4999, 5000)),
        *("subprotocol-none-chosen", "subprotocol-not-offered"),
        "subprotocol-outside-the-offer",
        *("client-closes-without-a-code", "client-closes-with-half-a-code"),
        *(f"opcode-{opcode}" for opcode in "34567bcdef"),
        *("fragmented-ping", "long-ping"),
        *("text-between-fragments", "continuation-of-nothing"),
        *("method-post", "upgrade-missing", "connection-missing", "host-missing"),
        *("version-missing", "version-8", "version-14", "key-missing", "key-short"),
    ]
)
"""Scenarios of the atlas that a code, an opcode or a fault of a request chooses."""
