"""How an application ends a connection that it has accepted."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import Any

from wslab.asgi import ASGIApplication, Receive, Scope, Send
from wslab.atlas.acts import Act, Await, Connect, Signal, Watch, close, text
from wslab.atlas.scenario import VERSION, Recorded, Rule, Word, scenario, since

SHORT = Watch(2)

ENDS = Rule(client=("FIN|reset",))

INVALID = "ASGI, Error Handling"
"""An event of an unknown type, without a key or with a wrong type should raise."""

FITS = Rule(never=("close * (12[4-9] bytes)|close * (1[3-9]? bytes)",))
"""A control frame holds 125 bytes, two of which are the code."""

RAISES = Rule(application=("* fails: *",))


@scenario(
    "The application accepts and returns. What ends the connection?",
    [Connect(), Watch()],
    source="ASGI, Websocket Connection Scope",
    word="SHOULD",
    rule=ENDS,
)
async def handler_returns(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})


@scenario(
    "The application accepts and raises. What ends the connection?",
    [Connect(), Watch()],
    source="ASGI, Error Handling",
    word="MUST",
    rule=ENDS,
)
async def handler_raises(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    raise RuntimeError("a fault in the handler")


@scenario(
    "The application accepts and raises CancelledError. What ends the connection?",
    [Connect(), Watch()],
    source="ASGI, Websocket Connection Scope",
    word="SHOULD",
    rule=ENDS,
    spoils="anycorn-http2",
)
async def handler_cancelled(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    raise asyncio.CancelledError


@scenario(
    "The application accepts and calls sys.exit(1). Does the server end with it?",
    [Connect(), SHORT],
    fatal="*",
)
async def handler_exits(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    sys.exit(1)


def _closing(**more: Any) -> ASGIApplication:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", **more})

    return app


def _close(
    name: str,
    asks: str,
    *,
    source: str = "",
    word: Word = "",
    rule: Rule | None = None,
    scope: Recorded = (),
    acts: tuple[Act, ...] = (Connect(), SHORT),
    **more: Any,
) -> None:
    """Add a scenario of an application that accepts and closes."""
    app = _closing(**more)
    scenario(asks, acts, source=source, word=word, rule=rule, scope=scope, name=name)(
        app
    )


_close(
    "close-without-code",
    "The application accepts and closes without a code. Which one does the client get?",
    source="ASGI, Close",
    word="MUST",
    rule=Rule(client=("close 1000*",)),
)
_close(
    "close-with-none",
    "The application accepts and closes with the code None. "
    "Which one does the client get?",
    code=None,
)
for _code in (
    *(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014),
    *(3000, 4000, 4999),
):
    _close(
        f"close-with-{_code}",
        f"The application closes with code {_code}. Does the client get this code?",
        source="ASGI, Close",
        word="MUST",
        rule=Rule(client=(f"close {_code}*",)),
        code=_code,
    )
_close(
    "close-with-1010",
    "The application closes with code 1010, which RFC 6455 leaves to clients. "
    "What does the client get?",
    source="RFC 6455, section 7.4.1",
    code=1010,
)
for _code in (1005, 1006, 1015):
    _close(
        f"close-with-{_code}",
        f"The application closes with code {_code}, which no close frame may have. "
        "What does the client get?",
        source="RFC 6455, section 7.4.1",
        word="MUST",
        rule=Rule(never=(f"close {_code}*",)),
        code=_code,
    )
for _code in (0, 999, 1004, 1016, 2999, 5000, 65535):
    _close(
        f"close-with-{_code}",
        f"The application closes with code {_code}, which nothing defines. "
        "What does the client get?",
        source="RFC 6455, section 5.5.1",
        word="MUST",
        rule=Rule(never=(f"close {_code}*",)),
        code=_code,
    )
for _name, _code in (("65536", 65536), ("minus-1", -1)):
    _close(
        f"close-with-{_name}",
        f"The application closes with code {_code}, which two bytes can't hold. "
        "What does each side get?",
        code=_code,
    )
_close(
    "close-with-str",
    "The application closes with the code as a str. Does the server raise?",
    source=INVALID,
    word="SHOULD",
    rule=RAISES,
    code="1000",
)
_close(
    "close-with-reason",
    "The application closes with a code and a reason (spec_version 2.3). "
    "Does the client get both?",
    source="ASGI, Close",
    rule=Rule(client=("close 4001 'bye'",), given=since(3)),
    scope=(VERSION,),
    code=4001,
    reason="bye",
)
_close(
    "close-with-reason-of-123-bytes",
    "The application closes with the longest reason that a frame can hold. "
    "Does the client get it?",
    code=4001,
    reason="x" * 123,
)
_close(
    "close-with-reason-of-124-bytes",
    "The application closes with a reason that is one byte too long. "
    "What does the client get?",
    source="RFC 6455, section 5.5",
    word="MUST",
    rule=FITS,
    code=4001,
    reason="x" * 124,
)
_close(
    "close-with-reason-cut-in-a-character",
    "The application closes with a reason of 140 bytes, cut within a character at 123. "
    "What does the client get?",
    source="RFC 6455, section 5.5",
    word="MUST",
    rule=FITS,
    code=4001,
    reason="\N{LATIN SMALL LETTER E WITH ACUTE}" * 70,
)
_close(
    "close-with-reason-as-bytes",
    "The application closes with a reason that is bytes. Does the server raise?",
    source=INVALID,
    word="SHOULD",
    rule=replace(RAISES, given=since(3)),
    scope=(VERSION,),
    code=4001,
    reason=b"bye",
)
_close(
    "close-answered",
    "The application closes and the client answers. "
    "Does the server end the TCP connection?",
    source="RFC 6455, section 5.5.1",
    word="MUST",
    rule=Rule(client=("close 1000*", "FIN|reset")),
    acts=(Connect(), Watch()),
)
_close(
    "close-unanswered",
    "The application closes and the client never answers the close frame. "
    "When does the server end the TCP connection?",
    acts=(Connect(answers=False), Watch(12)),
)


@scenario(
    "The application closes twice. What does the second close do?",
    [Connect(), SHORT],
    source="ASGI, Close",
    word="MUST",
    rule=Rule(client=("close 4001*",)),
)
async def close_twice(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4001})
    await send({"type": "websocket.close", "code": 4002})


@scenario(
    "The application accepts again after it has closed. What does each side get?",
    [Connect(), SHORT],
)
async def accept_after_close(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    await send({"type": "websocket.accept"})


@scenario(
    "The application closes after the client has closed, which it has not received. "
    "What does each side get?",
    [Connect(), close(3001, "bye"), Watch(1), Signal(), SHORT],
    source="RFC 6455, section 5.5.1",
    word="MUST",
    rule=Rule(client=("close *", "FIN|reset")),
)
async def close_after_unread_close(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await scope["signal"]("go")
    await send({"type": "websocket.close", "code": 4001})


@scenario(
    "The application closes while a message of the client is unread. "
    "Does the client still get the close frame?",
    [
        *(Connect(), text("one"), text("two")),
        *(Await("receives 'one'"), Signal(), SHORT),
    ],
    source="ASGI, Close",
    word="MUST",
    rule=Rule(client=("close 4001",)),
)
async def close_with_message_unread(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    await scope["signal"]("go")
    await send({"type": "websocket.close", "code": 4001})
