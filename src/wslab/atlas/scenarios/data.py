"""Messages as an application sends and receives them."""

from __future__ import annotations

from wslab.asgi import ASGIApplication, Event, Receive, Scope, Send
from wslab.atlas.acts import Connect, SendFrame, Watch, binary, text
from wslab.atlas.acts import Send as SendBytes
from wslab.atlas.scenario import Options, Rule, scenario
from wslab.trace.model import Opcode

RECEIVING = "ASGI, Receive"
SMALL = Options(max_size=1000)
TOO_BIG = "RFC 6455, section 7.4.1"
ANNOUNCED = b"\x82\xff" + ((16 << 20) + 1).to_bytes(8) + bytes(4) + b"a" * 1000


@scenario(
    "A text message arrives and is sent back. Is it the same on both ways?",
    [Connect(), text("gr\u00fc\u00df dich \U0001f44b"), Watch(2)],
    source=RECEIVING,
    rule=Rule(application=("receives 'gr\u00fc\u00df dich \U0001f44b'",)),
    name="text",
)
@scenario(
    "A binary message arrives and is sent back. Is it the same on both ways?",
    [Connect(), binary(b"\x00\xff"), Watch(2)],
    source=RECEIVING,
    rule=Rule(application=(r"receives b'\x00\xff'",)),
    name="binary",
)
@scenario(
    "An empty text message arrives and is sent back. Is it lost?",
    [Connect(), text(""), Watch(2)],
    source=RECEIVING,
    rule=Rule(application=("receives ''",)),
    name="empty-text",
)
@scenario(
    "An empty binary message arrives and is sent back. Is it lost?",
    [Connect(), binary(b""), Watch(2)],
    source=RECEIVING,
    rule=Rule(application=("receives b''",)),
    name="empty-binary",
)
@scenario(
    "A text message has a NUL. Is it the same on both ways?",
    [Connect(), text("a\0b"), Watch(2)],
    source=RECEIVING,
    rule=Rule(application=(r"receives 'a\x00b'",)),
    name="text-with-nul",
)
@scenario(
    "A message of 64 KiB, the first with a length of 64 bits: does it come through?",
    [Connect(), text("a" * (1 << 16)), Watch(2)],
    name="long-text",
)
@scenario(
    "A binary message of 1 MiB comes through: in how many frames is it sent back?",
    [Connect(), binary(b"a" * (1 << 20)), Watch(4)],
    spoils="gunicorn",
    name="long-binary",
)
@scenario(
    "A frame's head announces 16 MiB and a byte. Does the server's default refuse it?",
    [Connect(), SendBytes(ANNOUNCED), Watch(2)],
    source=TOO_BIG,
    name="frame-over-16-mib",
)
@scenario(
    "A message is as large as the server's limit. Does it come through?",
    [Connect(), text("a" * 1000), Watch(2)],
    options=SMALL,
    name="message-at-the-limit",
)
@scenario(
    "A message is one byte larger than the server's limit. What does each side see?",
    [Connect(), text("a" * 1001), Watch(2)],
    source=TOO_BIG,
    options=SMALL,
    name="message-over-the-limit",
)
@scenario(
    "Fragments within the limit make a message beyond it. What does each side see?",
    [
        Connect(),
        text("a" * 600, fin=False),
        SendFrame(Opcode.CONTINUATION, b"a" * 600),
        Watch(2),
    ],
    source=TOO_BIG,
    options=SMALL,
    name="fragments-over-the-limit",
)
@scenario(
    "A text of 600 characters has 1200 bytes, the limit is 1000. Which of them counts?",
    [Connect(), text("\u00e4" * 600), Watch(2)],
    options=SMALL,
    name="limit-of-characters",
)
async def answers_once(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    message = await receive()
    if message["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
        await send({"type": "websocket.close"})


@scenario(
    "A text message arrives. Which keys has the event?",
    [Connect(), text("a"), Watch(2)],
    source=RECEIVING,
    word="MUST",
    rule=Rule(application=("notes text='a'*",), never=("notes *bytes=b*",)),
    name="keys-of-text",
)
@scenario(
    "A binary message arrives. Which keys has the event?",
    [Connect(), binary(b"a"), Watch(2)],
    source=RECEIVING,
    word="MUST",
    rule=Rule(application=("notes bytes=b'a'*",), never=("notes *text='*",)),
    name="keys-of-binary",
)
async def names_the_keys(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    message = await receive()
    keys = [key for key in ("text", "bytes") if key in message]
    keys.sort(key=lambda key: message[key] is None)
    await send({"type": "websocket.close"})
    return ", ".join(f"{key}={message[key]!r}" for key in keys)


@scenario("An empty text message is sent. Is it lost?", [Connect(), Watch(2)])
async def sends_empty_text(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": ""})
    await send({"type": "websocket.close"})


@scenario("An empty binary message is sent. Is it lost?", [Connect(), Watch(2)])
async def sends_empty_binary(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "bytes": b""})
    await send({"type": "websocket.close"})


@scenario(
    "A message has a `text`, and `bytes` is None. Does it go?", [Connect(), Watch(2)]
)
async def sends_text_and_none(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "a", "bytes": None})
    await send({"type": "websocket.close"})


@scenario(
    "A message is sent with both `text` and `bytes`. Which one goes?",
    [Connect(), Watch(2)],
)
async def sends_both_keys(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "a", "bytes": b"b"})
    await send({"type": "websocket.close"})


@scenario(
    "A message is sent with neither `text` nor `bytes`. What happens?",
    [Connect(), Watch(2)],
)
async def sends_neither_key(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send"})
    await send({"type": "websocket.close"})


@scenario(
    "A message is sent whose `text` and `bytes` are None. What happens?",
    [Connect(), Watch(2)],
)
async def sends_none(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": None, "bytes": None})
    await send({"type": "websocket.close"})


@scenario("A message's `text` is bytes. What happens?", [Connect(), Watch(2)])
async def sends_bytes_as_text(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": b"a"})
    await send({"type": "websocket.close"})


@scenario("A message's `bytes` is a str. What happens?", [Connect(), Watch(2)])
async def sends_text_as_bytes(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "bytes": "a"})
    await send({"type": "websocket.close"})


@scenario("A message's `text` is a number. What happens?", [Connect(), Watch(2)])
async def sends_a_number(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": 42})
    await send({"type": "websocket.close"})


class Name(str):
    """A str of another type, as enums and frameworks have them."""


@scenario(
    "A message's `text` is of a subclass of str. Does it go?",
    [Connect(), Watch(2)],
)
async def sends_a_subclass(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": Name("a")})
    await send({"type": "websocket.close"})


@scenario("A message's `bytes` is a bytearray. Does it go?", [Connect(), Watch(2)])
async def sends_a_bytearray(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "bytes": bytearray(b"a")})
    await send({"type": "websocket.close"})


@scenario("A message's `bytes` is a memoryview. Does it go?", [Connect(), Watch(2)])
async def sends_a_memoryview(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "bytes": memoryview(b"a")})
    await send({"type": "websocket.close"})


@scenario(
    "A message's `text` has a lone surrogate, which UTF-8 cannot say. What goes?",
    [Connect(), Watch(2)],
    source="RFC 6455, section 5.6",
    word="MUST",
    rule=Rule(never=("text '*\ufffd\ufffd\ufffd*'",)),  # its bytes as UTF-8 has none
)
async def sends_a_surrogate(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "a\ud800b"})
    await send({"type": "websocket.close"})


def _sending(event: Event) -> ASGIApplication:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send(event)
        await send({"type": "websocket.close"})

    return app


for _name, _asks, _event in (
    (
        "unknown-event",
        "The application sends an event of an unknown type. Does the server raise?",
        {"type": "websocket.shout", "text": "hello"},
    ),
    (
        "event-without-type",
        "The application sends an event without a type. Does the server raise?",
        {"text": "hello"},
    ),
):
    scenario(
        _asks,
        [Connect(), Watch(2)],
        source="ASGI, Error Handling",
        word="SHOULD",
        rule=Rule(application=("* fails: *",)),
        name=_name,
    )(_sending(_event))
