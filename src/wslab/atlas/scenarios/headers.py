"""What an application gets of a request's headers."""

from __future__ import annotations

from glob import escape

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Connect, Watch
from wslab.atlas.scenario import Rule, Word, scenario

SCOPE = "ASGI, Websocket Connection Scope"


async def greets(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})


async def lists(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    probes = [h for h in scope["headers"] if h[0].lower().startswith((b"x", b"cookie"))]
    return ", ".join(f"{name.decode()}: {value!r}" for name, value in probes)


scenario(
    "A header's name is in mixed case: does it come in lower case?",
    [Connect(headers=(("X-Mixed", "Mixed"),)), Watch()],
    source=SCOPE,
    word="SHOULD",
    rule=Rule(application=("notes x-mixed: b'Mixed'",)),
    name="header-case",
)(lists)
scenario(
    "Headers have an order: is it kept?",
    [Connect(headers=(("x-b", "1"), ("x-c", "2"), ("x-a", "3"))), Watch()],
    source=SCOPE,
    word="SHOULD",
    rule=Rule(application=("notes x-b: b'1', x-c: b'2', x-a: b'3'",)),
    name="header-order",
)(lists)
scenario(
    "A header comes twice: are both there, as they came?",
    [Connect(headers=(("x-a", "1"), ("x-a", "2"))), Watch()],
    source=SCOPE,
    word="MUST",
    rule=Rule(application=("notes x-a: b'1', x-a: b'2'",)),
    name="header-duplicates",
)(lists)
scenario(
    "Cookies come in two headers: are they left apart?",
    [Connect(headers=(("cookie", "a=1"), ("cookie", "b=2"))), Watch()],
    source=SCOPE,
    word="MUST",
    rule=Rule(application=("notes cookie: b'a=1', cookie: b'b=2'",)),
    name="cookie-duplicates",
)(lists)
scenario(
    "A header's value has blanks and tabs around it: are they left out?",
    [Connect(headers=(("x-a", " \t padded \t "),)), Watch()],
    source="RFC 9110, section 5.5",
    word="MUST",
    rule=Rule(application=("notes x-a: b'padded'",)),
    name="header-blanks",
)(lists)
scenario(
    "A header's value is empty: is it there?",
    [Connect(headers=(("x-a", ""),)), Watch()],
    source=SCOPE,
    name="header-empty",
)(lists)
scenario(
    "Headers have bytes beyond ASCII: do they come as they were?",
    [Connect(headers=(("x-latin-1", "caf\xe9"), ("x-utf-8", "caf\xc3\xa9"))), Watch()],
    source="ASGI, WSGI encoding differences",
    rule=Rule(
        application=(r"notes x-latin-1: b'caf\xe9', x-utf-8: b'caf\xc3\xa9'",),
    ),
    name="header-bytes",
)(lists)
scenario(
    "A header's name has an underscore: is it there?",
    [Connect(headers=(("x_under", "1"), ("x-dash", "2"))), Watch()],
    source=SCOPE,
    name="header-underscore",
)(lists)


def _subprotocols(
    name: str,
    asks: str,
    values: tuple[str, ...],
    source: str = SCOPE,
    word: Word = "",
) -> None:
    """Ask whether "one" and "two" are found in headers."""
    expected = escape("subprotocols: ['one', 'two']")
    scenario(
        asks,
        [
            Connect(headers=tuple(("sec-websocket-protocol", v) for v in values)),
            Watch(),
        ],
        scope=("subprotocols",),
        source=source,
        word=word,
        rule=Rule(application=(expected,)),
        name=name,
    )(greets)


_subprotocols(
    "subprotocols",
    "The client offers two subprotocols: are they a list?",
    ("one, two",),
)
_subprotocols(
    "subprotocols-headers",
    "The client offers subprotocols in two headers: are they one list?",
    ("one", "two"),
    "RFC 6455, section 11.3.4",
)
_subprotocols(
    "subprotocols-blanks",
    "The list of subprotocols has blanks, tabs and empty elements: are they left out?",
    (" one ,,\ttwo ,",),
    "RFC 9110, section 5.6.1.2",
    "MUST",
)
scenario(
    "The client offers no subprotocol: what does the scope say?",
    [Connect(), Watch()],
    scope=("subprotocols",),
    source=SCOPE,
    rule=Rule(application=(escape("subprotocols: []") + "|subprotocols: (absent)",)),
    name="subprotocols-none",
)(greets)
scenario(
    "A proxy here says whom it speaks for (X-Forwarded-For): is it believed?",
    [Connect(headers=(("x-forwarded-for", "203.0.113.7"),)), Watch()],
    scope=("client", "scheme"),
    name="forwarded-for",
)(greets)
scenario(
    "A proxy here says that the client speaks https: is the scheme wss?",
    [Connect(headers=(("x-forwarded-proto", "https"),)), Watch()],
    scope=("client", "scheme"),
    name="forwarded-proto",
)(greets)
scenario(
    "Two proxies have said whom they speak for: which address is the client's?",
    [Connect(headers=(("x-forwarded-for", "203.0.113.7, 198.51.100.1"),)), Watch()],
    scope=("client", "scheme"),
    name="forwarded-chain",
)(greets)
scenario(
    "A proxy here uses the standard's header, Forwarded (RFC 7239): is it believed?",
    [Connect(headers=(("forwarded", "for=203.0.113.7;proto=https"),)), Watch()],
    scope=("client", "scheme"),
    name="forwarded-standard",
)(greets)
scenario(
    "A proxy here gives the client's port, too (X-Forwarded-For): what is the client?",
    [Connect(headers=(("x-forwarded-for", "203.0.113.7:999"),)), Watch()],
    scope=("client",),
    name="forwarded-port",
)(greets)
scenario(
    "Two proxies have each sent an X-Forwarded-For: which address is the client's?",
    [
        Connect(
            headers=(
                ("x-forwarded-for", "203.0.113.7"),
                ("x-forwarded-for", "198.51.100.1"),
            )
        ),
        Watch(),
    ],
    scope=("client",),
    name="forwarded-twice",
)(greets)
scenario(
    "The response to a handshake: does it say the date, and once?",
    [Connect(), Watch()],
    headers=("date",),
    name="handshake-date",
)(greets)
