"""How an application accepts a connection, and what of it reaches the client.

Each application closes what it has accepted, so that a run ends by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from wslab.asgi import ASGIApplication, Receive, Scope, Send
from wslab.atlas.acts import Connect, Watch
from wslab.atlas.scenario import VERSION, Rule, Word, scenario, since

SHORT = Watch(2)

INVALID = "ASGI, Error Handling"
"""An event of an unknown type, without a key or with a wrong type should raise."""

RAISES = Rule(application=("* fails: *",))

CHOSEN = "sec-websocket-protocol"

UNWANTED = Rule(never=(f"{CHOSEN}: *",))
"""Of a wrong choice anycorn ends; Daphne never again sees that a handler has raised."""


def _accepting(**more: Any) -> ASGIApplication:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept", **more})
        await send({"type": "websocket.close"})

    return app


@scenario(
    "The application accepts and closes. Is the handshake complete?",
    [Connect(), SHORT],
    source="RFC 6455, section 4.2.2",
    word="MUST",
    rule=Rule(
        client=(
            "HTTP 101",
            "upgrade: [Ww]eb[Ss]ocket",
            "connection: [Uu]pgrade",
            "sec-websocket-accept: WSVP3WpkSPWTyW2oMQfBSVWmiRk=",
        )
    ),
    headers=("upgrade", "connection", "sec-websocket-accept"),
)
async def accept(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})


def _subprotocol(
    name: str,
    asks: str,
    offer: tuple[str, ...],
    chosen: Any,
    rule: Rule,
    source: str = "RFC 6455, section 4.2.2",
    word: Word = "MUST",
) -> None:
    """Add a scenario of an application that chooses a subprotocol."""
    scenario(
        asks,
        [Connect(subprotocols=offer), SHORT],
        source=source,
        word=word,
        rule=rule,
        headers=(CHOSEN,),
        scope=("subprotocols",),
        fatal="anycorn*" if rule is UNWANTED else "",
        spoils="daphne" if rule is UNWANTED else "",
        name=name,
    )(_accepting(subprotocol=chosen))


_subprotocol(
    "subprotocol",
    "The client offers a subprotocol and the application chooses it. "
    "Does the client learn of it?",
    ("chat",),
    "chat",
    Rule(client=("HTTP 101", f"{CHOSEN}: chat")),
    "ASGI, Accept",
    "",
)
_subprotocol(
    "subprotocol-one-of-three",
    "The client offers three subprotocols and the application chooses the last. "
    "Does the client learn of it?",
    ("chat", "mqtt", "soap"),
    "soap",
    Rule(client=("HTTP 101", f"{CHOSEN}: soap")),
    "ASGI, Accept",
    "",
)
_subprotocol(
    "subprotocol-none-chosen",
    "The client offers subprotocols and the application chooses none. "
    "Does the server stay silent about them?",
    ("chat", "mqtt"),
    None,
    Rule(never=(f"{CHOSEN}: *",)),
)
_subprotocol(
    "subprotocol-not-offered",
    "The client offers no subprotocol and the application chooses one. "
    "Does the server send it?",
    (),
    "chat",
    UNWANTED,
)
_subprotocol(
    "subprotocol-outside-the-offer",
    "The application chooses a subprotocol that is not among those offered. "
    "Does the server send it?",
    ("mqtt", "soap"),
    "chat",
    UNWANTED,
)
_subprotocol(
    "subprotocol-empty",
    "The application chooses the empty string as subprotocol. "
    "Does the server send an empty name?",
    ("chat",),
    "",
    UNWANTED,
)
_subprotocol(
    "subprotocol-no-token",
    "The application chooses a subprotocol with a blank and a comma in it. "
    "Does the server send it?",
    ("chat",),
    "chat, two words",
    UNWANTED,
)


def _headers(
    name: str,
    asks: str,
    headers: Iterable[object],
    *client: str,
    rule: Rule | None = None,
    source: str = "ASGI, Accept",
    word: Word = "MUST",
    shown: tuple[str, ...] = ("x-extra", "x-more"),
    fatal: str = "",
) -> None:
    """Add a scenario of headers of an accept; `client` are lines that it has to get.

    A server of version 2.0 knows no headers there.
    """
    demanded = rule
    if client:
        demanded = Rule(client=("HTTP 101", *client), given=since(1))
    scenario(
        asks,
        [Connect(), SHORT],
        source=source if demanded else "",
        word=word if demanded else "",
        rule=demanded,
        headers=shown,
        scope=(VERSION,) if demanded and demanded.given else (),
        fatal=fatal,
        name=name,
    )(_accepting(headers=headers))


_headers(
    "accept-headers",
    "The application accepts with two headers of its own (spec_version 2.1). "
    "Does the client get them?",
    [(b"x-extra", b"yes"), (b"x-more", b"too")],
    "x-extra: yes",
    "x-more: too",
)
_headers(
    "accept-headers-of-one-name",
    "The application accepts with two headers of one name. Does the client get both?",
    [(b"x-extra", b"one"), (b"x-extra", b"two")],
    "x-extra: one, two",
)
_headers(
    "accept-cookies",
    "The application accepts with two cookies. Does the client get both?",
    [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")],
    "set-cookie: a=*, b=*",
    shown=("set-cookie",),
)
_headers(
    "accept-headers-upper-case",
    "The application accepts with a header whose name is in capitals, which it must "
    "not. Does the client get it?",
    [(b"X-Extra", b"yes")],
)
_headers(
    "accept-headers-empty-value",
    "The application accepts with a header whose value is empty. "
    "Does the client get it?",
    [(b"x-extra", b""), (b"x-more", b"too")],
    "x-extra: ",
    "x-more: too",
)
_headers(
    "accept-headers-with-blanks",
    "The application accepts with a header whose value begins and ends with a blank. "
    "What does the client get?",
    [(b"x-extra", b" yes ")],
)
_headers(
    "accept-headers-obs-text",
    "The application accepts with a header whose value has a byte above 0x7f. "
    "Does the client get that byte?",
    [(b"x-extra", b"caf\xe9")],
)
for _name, _title, _byte in (
    ("crlf", "a CR LF and another header", b"\r\nx-more: injected"),
    ("nul", "a NUL", b"\0"),
    ("esc", "an ESC", b"\x1b"),
    ("del", "a DEL", b"\x7f"),
):
    _headers(
        f"accept-headers-with-{_name}",
        f"The application accepts with a header whose value has {_title} in it. "
        "Does the server send it?",
        [(b"x-extra", b"yes" + _byte)],
        rule=Rule(never=("x-extra: *\\*", "x-more: *")),
        source="RFC 9110, section 2.2",
    )
for _reserved, _value, _section in (
    ("sec-websocket-accept", "bm90IHRoZSBhbnN3ZXI=", "11.3.3"),
    ("connection", "close", ""),
    ("upgrade", "h2c", "4.2.2"),
    ("sec-websocket-extensions", "x-unknown", "4.2.2"),
):
    _headers(
        f"accept-header-{_reserved}",
        f"The application accepts with a header {_reserved} of its own. "
        "Does it spoil the handshake?",
        [(_reserved.encode(), _value.encode())],
        rule=Rule(never=(f"{_reserved}: *{_value}*",)) if _section else None,
        source=f"RFC 6455, section {_section}",
        shown=(_reserved,),
    )
_headers(
    "accept-header-sec-websocket-protocol",
    "The application accepts with a header sec-websocket-protocol, which it must not. "
    "Does the server send a subprotocol that nobody offered?",
    [(CHOSEN.encode(), b"chat")],
    rule=UNWANTED,
    source="RFC 6455, section 4.2.2",
    shown=(CHOSEN,),
    fatal="anycorn*",
)


class _Headers:
    """Headers that can be read again, each time by an iterator."""

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        yield b"x-extra", b"yes"


@scenario(
    "The application accepts with headers that are an iterable and no list. "
    "Does the client get them?",
    [Connect(), SHORT],
    source="ASGI, Accept",
    word="MUST",
    rule=Rule(client=("HTTP 101", "x-extra: yes"), given=since(1)),
    headers=("x-extra", "x-more"),
    scope=(VERSION,),
)
async def accept_headers_iterable(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept", "headers": _Headers()})
    await send({"type": "websocket.close"})


_headers(
    "accept-headers-str",
    "The application accepts with headers that are str, not bytes. "
    "Does the server raise?",
    [("x-extra", "yes")],
    rule=replace(RAISES, given=since(1)),
    source=INVALID,
    word="SHOULD",
    fatal="anycorn*",
)


@scenario(
    "The application accepts without having received the connect event. "
    "Is it delivered afterwards?",
    [Connect(), SHORT],
)
async def accept_without_connect(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    await receive()
    await send({"type": "websocket.close"})


@scenario(
    "The application accepts twice. What does each side get?",
    [Connect(), SHORT],
)
async def accept_twice(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
