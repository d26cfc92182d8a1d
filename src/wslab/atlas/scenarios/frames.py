"""Frames as a client puts them on the wire, whether or not it may."""

from __future__ import annotations

from dataclasses import replace

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Connect, SendFrame, Watch, close, ping, text
from wslab.atlas.acts import Send as SendBytes
from wslab.atlas.scenario import Rule, scenario
from wslab.trace.model import Opcode

FRAGMENTS = "RFC 6455, section 5.4"
FRAMING = "RFC 6455, section 5.2"
CONTROL = "RFC 6455, section 5.5"
PINGS = "RFC 6455, section 5.5.2"
UTF_8 = "RFC 6455, section 8.1"
FAILED = Rule(client=("FIN|reset",), never=("receives '*'|receives b'*'",))
"""The connection is failed, and the application gets no message."""


def more(content: bytes, fin: bool = True) -> SendFrame:
    """Return the act of sending a continuation frame."""
    return SendFrame(Opcode.CONTINUATION, content, fin)


@scenario(
    "A text message comes in two fragments. Does it arrive as one?",
    [Connect(), text("hel", fin=False), more(b"lo"), Watch(2)],
    source=FRAGMENTS,
    word="MUST",
    rule=Rule(application=("receives 'hello'",)),
    name="two-fragments",
)
@scenario(
    "A text message comes in fragments of which some are empty. Does it arrive?",
    [
        Connect(),
        text("", fin=False),
        more(b"hello", fin=False),
        more(b"", fin=False),
        more(b""),
        Watch(2),
    ],
    source=FRAGMENTS,
    word="MUST",
    rule=Rule(application=("receives 'hello'",)),
    name="empty-fragments",
)
@scenario(
    "The fragments of a text cut a character in two. Does it arrive whole?",
    [
        Connect(),
        SendFrame(Opcode.TEXT, b"gr\xc3", fin=False),
        more(b"\xbc\xc3\x9f dich"),
        Watch(2),
    ],
    source=FRAGMENTS,
    word="MUST",
    rule=Rule(application=("receives 'gr\u00fc\u00df dich'",)),
    name="character-in-two-fragments",
)
@scenario(
    "A ping comes between two fragments. Is it answered, and does the message arrive?",
    [Connect(), text("hel", fin=False), ping(b"p"), more(b"lo"), Watch(2)],
    source=FRAGMENTS,
    word="MUST",
    rule=Rule(client=("pong b'p'",), application=("receives 'hello'",)),
    name="ping-between-fragments",
)
@scenario(
    "Another message comes between two fragments. What does each side see?",
    [Connect(), text("hel", fin=False), text("no"), Watch(2)],
    source=FRAGMENTS,
    name="text-between-fragments",
)
@scenario(
    "A continuation frame comes without a first fragment. What does each side see?",
    [Connect(), more(b"hello"), Watch(2)],
    source=FRAGMENTS,
    name="continuation-of-nothing",
)
@scenario(
    "A frame is not masked. Is the connection closed?",
    [Connect(), text("hello", masked=False), Watch(2)],
    source="RFC 6455, section 5.1",
    word="MUST",
    rule=FAILED,
    name="unmasked-frame",
)
@scenario(
    "A frame is masked by four zeros. Does it arrive?",
    [Connect(), SendBytes(b"\x81\x85\0\0\0\0hello"), Watch(2)],
    source="RFC 6455, section 5.3",
    name="masked-by-zeros",
)
@scenario(
    "A length of 5 is written in 16 bits, not in 7. Does the frame arrive?",
    [Connect(), SendBytes(b"\x81\xfe\0\x05\0\0\0\0hello"), Watch(2)],
    source=FRAMING,
    name="length-in-16-bits",
)
@scenario(
    "A length of 5 is written in 64 bits, not in 7. Does the frame arrive?",
    [Connect(), SendBytes(b"\x81\xff" + (5).to_bytes(8) + b"\0\0\0\0hello"), Watch(2)],
    source=FRAMING,
    name="length-in-64-bits",
)
@scenario(
    "The highest bit of a length is set, which must be 0. What does each side see?",
    [Connect(), SendBytes(b"\x81\xff\x80" + bytes(7) + bytes(4)), Watch(2)],
    source=FRAMING,
    name="length-with-the-highest-bit",
)
@scenario(
    "A text is not UTF-8. Is the connection failed?",
    [Connect(), SendFrame(Opcode.TEXT, b"no \xff"), Watch(2)],
    source=UTF_8,
    word="MUST",
    rule=FAILED,
    name="invalid-text",
)
@scenario(
    "A text encodes a surrogate, which UTF-8 has none of. Is the connection failed?",
    [Connect(), SendFrame(Opcode.TEXT, b"no \xed\xa0\x80"), Watch(2)],
    source=UTF_8,
    word="MUST",
    rule=FAILED,
    name="surrogate-in-text",
)
@scenario(
    "The second fragment of a text is not UTF-8. Is the connection failed?",
    [Connect(), text("no ", fin=False), more(b"\xff"), Watch(2)],
    source=UTF_8,
    word="MUST",
    rule=FAILED,
    name="invalid-fragment",
)
@scenario(
    "A first fragment is not UTF-8, and none follows. Does the server wait for more?",
    [Connect(), SendFrame(Opcode.TEXT, b"no \xff", fin=False), Watch(2)],
    source=UTF_8,
    name="invalid-first-fragment",
)
@scenario(
    "A text ends within a character. Is the connection failed?",
    [Connect(), SendFrame(Opcode.TEXT, b"gr\xc3"), Watch(2)],
    source=UTF_8,
    word="MUST",
    rule=FAILED,
    name="text-ends-within-a-character",
)
@scenario(
    "A ping has a payload. Does the pong have the same?",
    [Connect(), ping(b"are you there?"), Watch(1)],
    source="RFC 6455, section 5.5.3",
    word="MUST",
    rule=Rule(client=("pong b'are you there?'",)),
    name="ping",
)
@scenario(
    "A ping has no payload. Is it answered?",
    [Connect(), ping(), Watch(1)],
    source=PINGS,
    word="MUST",
    rule=Rule(client=("pong",)),
    name="empty-ping",
)
@scenario(
    "A ping is fragmented, which it must not be. What does each side see?",
    [Connect(), SendFrame(Opcode.PING, b"p", fin=False), Watch(2)],
    source=CONTROL,
    name="fragmented-ping",
)
@scenario(
    "A ping has 126 bytes, one more than it may have. What does each side see?",
    [Connect(), ping(b"p" * 126), Watch(2)],
    source=CONTROL,
    name="long-ping",
)
@scenario(
    "A pong comes that nobody asked for, then a message. Does the message arrive?",
    [Connect(), SendFrame(Opcode.PONG, b"here I am"), text("hello"), Watch(2)],
    source="RFC 6455, section 5.5.3",
    name="unsolicited-pong",
)
async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    message = await receive()
    if message["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
        await send({"type": "websocket.close"})


BITS = {"rsv1": 4, "rsv2": 2, "rsv3": 1}

for bit, value in BITS.items():
    scenario(
        f"A text has the reserved bit {bit.upper()}. Is the connection failed?",
        [Connect(), SendFrame(Opcode.TEXT, b"hello", rsv=value), Watch(2)],
        source=FRAMING,
        word="MUST",
        rule=FAILED,
        name=bit,
    )(answers)
    for kind, frame in {
        "ping": SendFrame(Opcode.PING, b"p", rsv=value),
        "pong": SendFrame(Opcode.PONG, b"p", rsv=value),
        "close": replace(close(1000), rsv=value),
    }.items():
        scenario(
            f"A {kind} has the reserved bit {bit.upper()}. Is the connection failed?",
            [Connect(), frame, Watch(2)],
            source=FRAMING,
            word="MUST",
            rule=Rule(client=("FIN|reset",), never=("pong*",)),
            name=f"{bit}-{kind}",
        )(answers)

scenario(
    "A second fragment has the reserved bit RSV1. Is the connection failed?",
    [
        Connect(),
        text("hel", fin=False),
        SendFrame(Opcode.CONTINUATION, b"lo", rsv=BITS["rsv1"]),
        Watch(2),
    ],
    source=FRAMING,
    word="MUST",
    rule=FAILED,
    name="rsv1-continuation",
)(answers)

for opcode in (*range(0x3, 0x8), *range(0xB, 0x10)):
    scenario(
        f"A frame has the reserved opcode {opcode:#x}. Is the connection failed?",
        [Connect(), SendFrame(opcode, b"hello"), Watch(2)],
        source=FRAMING,
        word="MUST",
        rule=FAILED,
        name=f"opcode-{opcode:x}",
    )(answers)
