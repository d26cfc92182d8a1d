"""Compression of messages: permessage-deflate (RFC 7692), agreed on or not."""

from __future__ import annotations

import zlib

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Connect, SendFrame, Watch, text
from wslab.atlas.acts import Send as SendBytes
from wslab.atlas.scenario import Options, Rule, scenario
from wslab.trace.model import Opcode

EXTENSIONS = "sec-websocket-extensions"
DEFLATE = "permessage-deflate"
NEGOTIATING = "RFC 7692, section 7"
FRAMING = "RFC 7692, section 6"
MESSAGE = b"one and one and one"
END = b"\0\0\xff\xff"
"""What ends a compressed message in deflate, and not on the wire."""

DECLINED = Rule(never=(f"{EXTENSIONS}: *{DEFLATE}*",))


def deflated(*messages: bytes, takeover: bool = True) -> list[bytes]:
    """Return the payloads of compressed messages, with one context or with many."""
    context = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    payloads = []
    for message in messages:
        if not takeover:
            context = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        content = context.compress(message) + context.flush(zlib.Z_SYNC_FLUSH)
        payloads.append(content.removesuffix(END))
    return payloads


def together(payloads: list[bytes]) -> SendBytes:
    """Return the act of sending short compressed text messages in one piece."""
    heads = (bytes([0xC1, 0x80 | len(payload), 0, 0, 0, 0]) for payload in payloads)
    return SendBytes(b"".join(map(bytes.__add__, heads, payloads)))


def halves(payload: bytes) -> list[SendFrame]:
    """Return the acts of sending a compressed text message in two fragments."""
    return [
        SendFrame(Opcode.TEXT, payload[:5], fin=False, rsv=4),
        SendFrame(Opcode.CONTINUATION, payload[5:]),
    ]


def bomb(blocks: int) -> SendFrame:
    """Return the act of sending a message that inflates to so many blocks of 64 KiB."""
    context = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    block = context.compress(bytes(1 << 16)) + context.flush(zlib.Z_FULL_FLUSH)
    content = (block * blocks).removesuffix(END)
    return SendFrame(Opcode.BINARY, content, rsv=4)


@scenario(
    "The client offers compression without parameters. What is agreed on?",
    [Connect(extensions=DEFLATE), Watch(2)],
    source=NEGOTIATING,
    headers=(EXTENSIONS,),
    name="offer-deflate",
)
@scenario(
    "The client offers compression as browsers do. What is agreed on?",
    [Connect(extensions=f"{DEFLATE}; client_max_window_bits"), Watch(2)],
    source=NEGOTIATING,
    headers=(EXTENSIONS,),
    name="offer-deflate-as-browsers",
)
@scenario(
    "The client offers to forget its context after each message. What is agreed on?",
    [Connect(extensions=f"{DEFLATE}; client_no_context_takeover"), Watch(2)],
    source="RFC 7692, section 7.1.1.2",
    headers=(EXTENSIONS,),
    name="offer-client-no-context-takeover",
)
@scenario(
    "The client wants the server to forget its context. What is agreed on?",
    [Connect(extensions=f"{DEFLATE}; server_no_context_takeover"), Watch(2)],
    source="RFC 7692, section 7.1.1.1",
    headers=(EXTENSIONS,),
    name="offer-server-no-context-takeover",
)
@scenario(
    "The client wants the server's window to be small. What is agreed on?",
    [Connect(extensions=f"{DEFLATE}; server_max_window_bits=9"), Watch(2)],
    source="RFC 7692, section 7.1.2.1",
    headers=(EXTENSIONS,),
    name="offer-server-max-window-bits",
)
@scenario(
    "The client offers an extension that nobody knows. What is agreed on?",
    [Connect(extensions="x-unknown; level=3"), Watch(2)],
    source="RFC 6455, section 9.1",
    headers=(EXTENSIONS,),
    name="offer-unknown-extension",
)
@scenario(
    "An offer of compression has a parameter that nobody knows. Is it declined?",
    [Connect(extensions=f"{DEFLATE}; level=3"), Watch(2)],
    source=NEGOTIATING,
    word="MUST",
    rule=DECLINED,
    headers=(EXTENSIONS,),
    name="offer-unknown-parameter",
)
@scenario(
    "An offer of compression has a window of 99 bits. Is it declined?",
    [Connect(extensions=f"{DEFLATE}; server_max_window_bits=99"), Watch(2)],
    source=NEGOTIATING,
    word="MUST",
    rule=DECLINED,
    headers=(EXTENSIONS,),
    name="offer-invalid-value",
)
@scenario(
    "An offer of compression has a parameter twice. Is it declined?",
    [
        Connect(
            extensions=f"{DEFLATE}; "
            "server_no_context_takeover; server_no_context_takeover"
        ),
        Watch(2),
    ],
    source=NEGOTIATING,
    word="MUST",
    rule=DECLINED,
    headers=(EXTENSIONS,),
    name="offer-parameter-twice",
)
@scenario(
    "The header of extensions is malformed. What does the client get?",
    [Connect(extensions=f"{DEFLATE}; =, ;;"), Watch(2)],
    source="RFC 6455, section 9.1",
    headers=(EXTENSIONS,),
    name="offer-malformed",
)
async def accepts_and_closes(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})


@scenario(
    "Two compressed messages share a context. Do both arrive?",
    [Connect(extensions=DEFLATE), together(deflated(MESSAGE, MESSAGE)), Watch(2)],
    source="RFC 7692, section 7.2.2",
    headers=(EXTENSIONS,),
    name="compressed-with-one-context",
)
@scenario(
    "Each of two compressed messages has a context of its own. Do both arrive?",
    [
        Connect(extensions=f"{DEFLATE}; client_no_context_takeover"),
        together(deflated(MESSAGE, MESSAGE, takeover=False)),
        Watch(2),
    ],
    source="RFC 7692, section 7.2.2",
    headers=(EXTENSIONS,),
    name="compressed-with-two-contexts",
)
@scenario(
    "Compression is agreed on, and the client does not compress. Do messages arrive?",
    [
        Connect(extensions=DEFLATE),
        text(MESSAGE.decode()),
        text(MESSAGE.decode()),
        Watch(2),
    ],
    source=FRAMING,
    headers=(EXTENSIONS,),
    name="not-compressed",
)
async def answers_twice(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    for _ in range(2):
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        await send({**message, "type": "websocket.send"})
    await send({"type": "websocket.close"})


@scenario(
    "A compressed message comes, and compression is not agreed on. Is it failed?",
    [Connect(), together(deflated(MESSAGE)), Watch(2)],
    source="RFC 6455, section 5.2",
    word="MUST",
    rule=Rule(client=("FIN|reset",), never=("receives '*'|receives b'*'",)),
    name="compressed-without-agreement",
)
@scenario(
    "A compressed message comes in fragments. Does it arrive?",
    [
        Connect(extensions=DEFLATE),
        *halves(*deflated(MESSAGE)),
        Watch(2),
    ],
    source=FRAMING,
    headers=(EXTENSIONS,),
    name="compressed-fragments",
)
@scenario(
    "What is said to be compressed cannot be inflated. What does each side see?",
    [Connect(extensions=DEFLATE), SendFrame(Opcode.TEXT, b"\xff" * 9, rsv=4), Watch(2)],
    source="RFC 7692, section 7.2.2",
    headers=(EXTENSIONS,),
    name="compressed-garbage",
)
@scenario(
    "Compression is agreed on, and a ping is said to be compressed. Is it failed?",
    [
        Connect(extensions=DEFLATE),
        SendFrame(Opcode.PING, b"p", rsv=4),
        Watch(2),
    ],
    source=FRAMING,
    word="MUST",
    rule=Rule(client=("FIN|reset",), never=("pong*",)),
    name="compressed-ping",
)
@scenario(
    "A message of 17 MiB comes in 22 KiB. Does the server's default let it in?",
    [Connect(extensions=DEFLATE), bomb(272), Watch()],
    source="RFC 6455, section 10.4",
    headers=(EXTENSIONS,),
    spoils="*",
    name="bomb",
)
@scenario(
    "A message within the limit inflates beyond it. What does each side see?",
    [Connect(extensions=DEFLATE), bomb(2), Watch(2)],
    source="RFC 6455, section 10.4",
    options=Options(max_size=1000),
    headers=(EXTENSIONS,),
    name="bomb-over-the-limit",
)
async def listens_once(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    message = await receive()
    if message["type"] == "websocket.receive":
        await send({"type": "websocket.close"})
