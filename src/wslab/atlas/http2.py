"""WebSockets over HTTP/2 (RFC 8441) in the atlas: what is asked, how it compares."""

from __future__ import annotations

import re
from dataclasses import replace

from wslab.atlas.acts import Connect
from wslab.atlas.cell import Outcome
from wslab.atlas.scenario import Scenario

_OF_HTTP1 = ("method", "key", "upgrade", "connection", "request")
"""What a `Connect` may not change."""

_UPGRADE = {
    *("connection", "host", "upgrade"),
    *("sec-websocket-accept", "sec-websocket-key"),
}
_OF_CONNECTIONS = {"keep-alive", "proxy-connection", "te", "transfer-encoding"}
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"(?![ \t])[^\0\r\n]*(?<![ \t])")
_SUCCESS = re.compile(r"HTTP 2\d\d")
_VERSION = "http_version: "


def exists_over_http2(scenario: Scenario) -> bool:
    """Return whether a scenario's question can be asked over HTTP/2.

    RFC 8441 sections 4 and 5 keep what RFC 6455 says of an open connection, and put
    the extended CONNECT in the place of the upgrade. So there is no question about

    - a request line or a head of HTTP/1.1, as bytes or with another method; and
      whatever RFC 9112 decides is about HTTP/1.1 alone;
    - Upgrade, Connection, Sec-WebSocket-Key, Sec-WebSocket-Accept and Host: they are
      not there, `:protocol` and `:authority` are;
    - fields that HTTP/2 can't carry (RFC 9113 section 8.2): with a name in upper case,
      with blanks around the value, of the connection, or a cookie in several fields,
      which section 8.2.3 has put together again before an application sees it.
    """
    if scenario.source.startswith("RFC 9112") or _UPGRADE & {*scenario.headers}:
        return False
    return all(_is_carried(it) for it in scenario.client if isinstance(it, Connect))


def _is_carried(connect: Connect) -> bool:
    """Return whether an extended CONNECT can say what an act does."""
    usual = Connect()
    names = [name for name, _ in connect.headers]
    return (
        all(getattr(connect, it) == getattr(usual, it) for it in _OF_HTTP1)
        and connect.host is not None
        and connect.target.startswith("/")
        and all(_NAME.fullmatch(name) for name in names)
        and all(_VALUE.fullmatch(value) for _, value in connect.headers)
        and not (_UPGRADE | _OF_CONNECTIONS) & {*names}
        and names.count("cookie") < 2
    )


def as_over_tcp(outcome: Outcome) -> Outcome:
    """Return an outcome in the words of HTTP/1.1, for rules and for comparisons.

    Over HTTP/2 a 2xx stands for the 101, an END_STREAM for the FIN and a RST_STREAM
    for the reset (RFC 8441 section 5), and the scope has to name version 2. The end of
    the TCP connection stands for nothing: it would end all other streams too. Lines
    keep their number and their order; an outcome of HTTP/1.1 is returned as it is.
    """
    requests = (it.handshake.request for it in outcome.trace.connections)
    if not any(request is not None and request.is_http2 for request in requests):
        return outcome
    return replace(
        outcome,
        client=tuple(map(_client_line, outcome.client)),
        application=tuple(map(_application_line, outcome.application)),
    )


def _client_line(line: str) -> str:
    if _SUCCESS.fullmatch(line):
        return "HTTP 101"
    if line == "END_STREAM":
        return "FIN"
    return "reset" if line.startswith("RST_STREAM ") else line


def _application_line(line: str) -> str:
    if not line.startswith(_VERSION):
        return line
    return f"{_VERSION}'1.1'" if line == f"{_VERSION}'2'" else f"{line} over HTTP/2"
