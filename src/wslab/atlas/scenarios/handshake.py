"""Opening handshakes that are faulty, unusual, or none at all."""

from __future__ import annotations

from dataclasses import replace

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import KEY, Act, Connect, Watch
from wslab.atlas.acts import Send as SendBytes
from wslab.atlas.scenario import Rule, scenario

READING = "RFC 6455, section 4.2.1"
"""What a server must find in a handshake, and what it answers if it does not."""

REFUSED = Rule(client=("HTTP 4*|HTTP 5*",), never=("HTTP 101",))
NO_WEBSOCKET = Rule(never=("HTTP 101",))

ACCEPT = "WSVP3WpkSPWTyW2oMQfBSVWmiRk="
"""What section 4.2.2 makes of `KEY`."""

EARLY_FRAME = b"\x81\x85\0\0\0\0early"
"""A text frame, masked with zeros."""


async def greets(scope: Scope, receive: Receive, send: Send) -> None:
    event = await receive()
    if event["type"] == "http.request":
        headers = [(b"content-length", b"4"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"page"})
        return
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})


def _asking(connect: Connect) -> list[Act]:
    """Return the acts of a client that asks, and sees what comes of it."""
    return [replace(connect, waits=False), Watch(3)]


def _head(*lines: str, start: str = "GET / HTTP/1.1") -> bytes:
    """Return the head of a handshake with further lines, in which anything may be."""
    fields = [
        "host: 127.0.0.1",
        "upgrade: websocket",
        "connection: Upgrade",
        f"sec-websocket-key: {KEY}",
        "sec-websocket-version: 13",
    ]
    return "\r\n".join([start, *fields, *lines, "", ""]).encode("latin-1")


scenario(
    "A handshake that is right: does 101 come with the right Sec-WebSocket-Accept?",
    _asking(Connect()),
    headers=("sec-websocket-accept",),
    source="RFC 6455, section 4.2.2",
    word="MUST",
    rule=Rule(client=("HTTP 101", f"sec-websocket-accept: {ACCEPT}")),
    name="handshake",
)(greets)
scenario(
    "Sec-WebSocket-Version is missing: is that refused?",
    _asking(Connect(version=None)),
    source=READING,
    word="MUST",
    rule=REFUSED,
    name="version-missing",
)(greets)
scenario(
    "Sec-WebSocket-Version is 8, a draft's: does the server speak that?",
    _asking(Connect(version="8")),
    headers=("sec-websocket-version",),
    source="RFC 6455, section 4.2.2",
    name="version-8",
)(greets)
scenario(
    "Sec-WebSocket-Version is 14: is the client told what it should be?",
    _asking(Connect(version="14")),
    headers=("sec-websocket-version",),
    source="RFC 6455, section 4.2.2",
    word="MUST",
    rule=Rule(client=("HTTP [45]*", "sec-websocket-version: *13*")),
    name="version-14",
)(greets)
scenario(
    "Sec-WebSocket-Version is a list, 13 and 8: is that refused?",
    _asking(Connect(version="13, 8")),
    source=READING,
    word="MUST",
    rule=REFUSED,
    name="version-list",
)(greets)
scenario(
    "Sec-WebSocket-Key is missing: is that refused?",
    _asking(Connect(key=None)),
    source=READING,
    word="MUST",
    rule=REFUSED,
    name="key-missing",
)(greets)
scenario(
    "Sec-WebSocket-Key has 15 bytes instead of 16: does the server look?",
    _asking(Connect(key="MTIzNDU2Nzg5MDEyMzQ1")),
    source=READING,
    name="key-short",
)(greets)
scenario(
    "Sec-WebSocket-Key is not base64: does the server look?",
    _asking(Connect(key="!!!!!!!!!!!!!!!!!!!!!!!!")),
    source=READING,
    name="key-not-base64",
)(greets)
scenario(
    "Sec-WebSocket-Key comes twice: is that refused?",
    _asking(Connect(headers=(("sec-websocket-key", KEY),))),
    source="RFC 6455, section 11.3.1",
    name="key-twice",
)(greets)
scenario(
    "The method is POST: does the server upgrade?",
    _asking(Connect(method="POST", headers=(("content-length", "0"),))),
    source=READING,
    word="MUST",
    rule=NO_WEBSOCKET,
    name="method-post",
)(greets)
scenario(
    "The request is HTTP/1.0: does the server upgrade?",
    _asking(Connect(request=_head(start="GET / HTTP/1.0"))),
    source=READING,
    word="MUST",
    rule=NO_WEBSOCKET,
    name="http-1-0",
)(greets)
scenario(
    "Upgrade is missing: does the server upgrade?",
    _asking(Connect(upgrade=None)),
    source=READING,
    word="MUST",
    rule=NO_WEBSOCKET,
    name="upgrade-missing",
)(greets)
scenario(
    'Upgrade is "WebSocket", in mixed case: does the server upgrade?',
    _asking(Connect(upgrade="WebSocket")),
    source=READING,
    rule=Rule(client=("HTTP 101",)),
    name="upgrade-case",
)(greets)
scenario(
    "Upgrade lists h2c before websocket: which one does the server take?",
    _asking(Connect(upgrade="h2c, websocket")),
    source=READING,
    name="upgrade-list",
)(greets)
scenario(
    "Upgrade names another protocol: what is the application called for?",
    _asking(Connect(upgrade="irc")),
    source=READING,
    word="MUST",
    rule=NO_WEBSOCKET,
    name="upgrade-other",
)(greets)
scenario(
    "Connection is missing: does the server upgrade?",
    _asking(Connect(connection=None)),
    source=READING,
    word="MUST",
    rule=NO_WEBSOCKET,
    name="connection-missing",
)(greets)
scenario(
    'Connection is "keep-alive, Upgrade", as in Firefox: does the server upgrade?',
    _asking(Connect(connection="keep-alive, Upgrade")),
    source=READING,
    rule=Rule(client=("HTTP 101",)),
    name="connection-list",
)(greets)
scenario(
    "Host is missing: is that refused?",
    _asking(Connect(host=None)),
    source="RFC 9112, section 3.2",
    word="MUST",
    rule=Rule(client=("HTTP 400",)),
    name="host-missing",
)(greets)
scenario(
    "Host comes twice: is that refused?",
    _asking(Connect(headers=(("host", "example.org"),))),
    source="RFC 9112, section 3.2",
    word="MUST",
    rule=Rule(client=("HTTP 400",)),
    name="host-twice",
)(greets)
scenario(
    "A plain GET comes to a path of WebSockets: what is the application called for?",
    _asking(Connect(upgrade=None, connection=None, key=None, version=None)),
    name="plain-get",
)(greets)
scenario(
    "The target has 100 KB: is it served, or refused as the specification says?",
    _asking(Connect("/" + 100_000 * "a")),
    source="RFC 9112, section 3",
    word="MUST",
    rule=Rule(client=("HTTP 101|HTTP 414",)),
    name="target-long",
)(greets)
scenario(
    "A header has 100 KB: is the request served, or refused with a 4xx?",
    _asking(Connect(headers=(("x-long", 100_000 * "a"),))),
    source="RFC 9110, section 5.4",
    word="MUST",
    rule=Rule(client=("HTTP 101|HTTP 4*",)),
    name="header-long",
)(greets)
scenario(
    "There are 200 headers more: is the request served, or refused with a 4xx?",
    _asking(Connect(headers=tuple((f"x-{n}", "a") for n in range(200)))),
    source="RFC 9110, section 5.4",
    word="MUST",
    rule=Rule(client=("HTTP 101|HTTP 4*",)),
    name="headers-many",
)(greets)
scenario(
    "The handshake announces a body, and sends it: where does that go?",
    _asking(Connect(request=_head("content-length: 4") + b"body")),
    name="body",
)(greets)
scenario(
    "The client expects a 100 before it goes on: what does it get?",
    _asking(Connect(headers=(("expect", "100-continue"),))),
    source="RFC 9110, section 10.1.1",
    name="expect-continue",
)(greets)
scenario(
    "The request comes in two pieces: is it put together?",
    [Connect(request=_head()[:100], waits=False), SendBytes(_head()[100:]), Watch(3)],
    source="RFC 9112, section 2.2",
    rule=Rule(client=("HTTP 101",)),
    name="request-in-pieces",
)(greets)
scenario(
    "The target is in absolute form: is it accepted, and what is the path?",
    _asking(Connect("http://127.0.0.1/absolute?query")),
    scope=("path", "query_string"),
    source="RFC 9112, section 3.2.2",
    word="MUST",
    rule=Rule(client=("HTTP 101",)),
    name="target-absolute",
)(greets)
scenario(
    "A second request follows before the first, which upgrades, is answered: what"
    " becomes of it?",
    _asking(
        Connect(request=_head() + b"GET /next HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
    ),
    name="request-pipelined",
)(greets)


@scenario(
    "A frame comes in one segment with the handshake: does the application get it?",
    [Connect(request=_head() + EARLY_FRAME), Watch(3)],
    source="RFC 6455, section 4.1",
)
async def early_frame(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    await send({"type": "websocket.close"})


async def looks(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.close"})
    probes = [value for name, value in scope["headers"] if name == b"x-probe"]
    return f"x-probe: {probes[0]!r}" if probes else "no x-probe"


scenario(
    "A header has a NUL: is it refused, or made a space?",
    _asking(Connect(request=_head("x-probe: one\0two"))),
    source="RFC 9110, section 5.5",
    word="MUST",
    rule=Rule(never=(r"notes *\x00*",)),
    name="header-nul",
)(looks)
scenario(
    "A header has a bare CR: is it refused, or made a space?",
    _asking(Connect(request=_head("x-probe: one\rtwo"))),
    source="RFC 9112, section 2.2",
    word="MUST",
    rule=Rule(never=(r"notes *\r*",)),
    name="header-bare-cr",
)(looks)
scenario(
    "A header ends in a bare LF: is that a line's end?",
    _asking(Connect(request=_head("x-probe: one\nx-other: two"))),
    source="RFC 9112, section 2.2",
    name="header-bare-lf",
)(looks)
scenario(
    "A header goes on in the next line, which was once allowed: what is its value?",
    _asking(Connect(request=_head("x-probe: one\r\n two"))),
    source="RFC 9112, section 5.2",
    word="MUST",
    rule=Rule(never=(r"notes *\r*|notes *\n*|notes *'one'*|notes no x-probe",)),
    name="header-folded",
)(looks)
scenario(
    "There is a blank between a header's name and its colon: is that refused?",
    _asking(Connect(request=_head("x-probe : one"))),
    source="RFC 9112, section 5.1",
    word="MUST",
    rule=Rule(client=("HTTP 400",)),
    name="header-blank-before-colon",
)(looks)
