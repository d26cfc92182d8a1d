"""How a client ends the connection, and what the application learns of it."""

from __future__ import annotations

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import (
    Await,
    Connect,
    Finish,
    Leave,
    Read,
    Reset,
    SendFrame,
    Signal,
    Watch,
    close,
    text,
)
from wslab.atlas.acts import Send as SendBytes
from wslab.atlas.scenario import Rule, scenario
from wslab.trace.model import Opcode

CLOSING = "RFC 6455, section 5.5.1"
ANSWERED = Rule(client=("close *", "FIN|reset"))
FAILING = "RFC 6455, section 7.1.7"
CLOSE_AND_TEXT = b"\x88\x82\0\0\0\0\x03\xe8" + b"\x81\x88\0\0\0\0too late"
"""Both in one piece, so that the message is there when the close frame is read."""


@scenario(
    "The client closes with 1000 and a reason. What does the application learn?",
    [Connect(), close(1000, "that is all"), Watch()],
    source=CLOSING,
    word="MUST",
    rule=ANSWERED,
    name="client-closes-with-a-reason",
)
@scenario(
    "The client closes with 1000 and the longest reason that fits. Does it arrive?",
    [Connect(), close(1000, "r" * 123), Watch()],
    source=CLOSING,
    word="MUST",
    rule=ANSWERED,
    name="client-closes-with-a-long-reason",
)
@scenario(
    "The client closes without a code. What does the application learn?",
    [Connect(), close(None), Watch()],
    source="ASGI, Disconnect",
    word="SHOULD",
    rule=Rule(application=("receives disconnect 1005*",)),
    name="client-closes-without-a-code",
)
@scenario(
    "The client's close frame has one byte, half a code. What does each side see?",
    [Connect(), SendFrame(Opcode.CLOSE, b"\x03"), Watch()],
    source=FAILING,
    word="SHOULD",
    rule=ANSWERED,
    name="client-closes-with-half-a-code",
)
@scenario(
    "The client closes with a reason that is not UTF-8. What does each side see?",
    [Connect(), SendFrame(Opcode.CLOSE, b"\x03\xe8no \xff"), Watch()],
    source="RFC 6455, section 8.1",
    word="MUST",
    rule=Rule(client=("FIN|reset",)),
    name="client-closes-with-an-invalid-reason",
)
@scenario(
    "The client sends a message after its close frame. Does the application get it?",
    [Connect(), SendBytes(CLOSE_AND_TEXT), Watch()],
    source=CLOSING,
    word="MUST",
    rule=ANSWERED,
    name="client-sends-after-its-close",
)
@scenario(
    "The client sends a message and closes at once. Does the application get it?",
    [Connect(), text("one more thing"), close(1000), Watch()],
    source=CLOSING,
    word="MUST",
    rule=ANSWERED,
    name="client-sends-and-closes",
)
@scenario(
    "The client closes between two fragments. What does each side see?",
    [Connect(), text("half a ", fin=False), close(1000), Watch()],
    source=CLOSING,
    word="MUST",
    rule=ANSWERED,
    name="client-closes-within-a-message",
)
@scenario(
    "The client ends TCP with a FIN, without a close frame. Which code comes?",
    [Connect(), Leave()],
    name="client-leaves",
)
@scenario(
    "The client resets the TCP connection. Which code comes?",
    [Connect(), Reset()],
    name="client-resets",
)
@scenario(
    "The client leaves within a frame. Which code comes?",
    [Connect(), SendBytes(b"\x81\x85"), Leave()],
    name="client-leaves-within-a-frame",
)
@scenario(
    "The client leaves within a fragmented message. Which code comes?",
    [Connect(), text("half a ", fin=False), Leave()],
    name="client-leaves-within-a-message",
)
async def listens(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


for code, meaning in {
    1000: "a normal end",
    1001: "going away, as a browser does",
    1008: "policy violation",
    1011: "internal error",
    3000: "the first code of the registry",
    4999: "the last private code",
}.items():
    scenario(
        f"The client closes with {code}, {meaning}. What does the application learn?",
        [Connect(), close(code), Watch()],
        source=CLOSING,
        word="MUST",
        rule=ANSWERED,
        name=f"client-closes-{code}",
    )(listens)

for code in (1005, 1006, 1015):
    scenario(
        f"The client closes with {code}, which no frame may have. What comes back?",
        [Connect(), close(code), Watch()],
        source="RFC 6455, section 7.4.1",
        word="MUST",
        rule=Rule(never=("close 1005*|close 1006*|close 1015*",)),
        name=f"client-closes-{code}",
    )(listens)

for code, meaning in {
    0: "which is not used",
    999: "which is not used",
    1004: "which is reserved",
    2999: "which is reserved",
    5000: "which is beyond all ranges",
}.items():
    scenario(
        f"The client closes with {code}, {meaning}. What does each side see?",
        [Connect(), close(code), Watch()],
        source=FAILING,
        word="SHOULD",
        rule=ANSWERED,
        name=f"client-closes-{code}",
    )(listens)


@scenario(
    "The client half-closes TCP and goes on reading. Does a message still arrive?",
    [Connect(), Finish(), Watch(1), Signal(), Read(), Watch(2)],
)
async def client_half_closes(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await scope["signal"]("go")
    await send({"type": "websocket.send", "text": "are you there?"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@scenario(
    "The client leaves before the application accepts. Is the application told?",
    [Connect(waits=False), Await("receives connect"), Leave()],
)
async def client_leaves_before_accept(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await receive()


@scenario(
    "The client leaves after accept, before the first receive. Which code comes?",
    [Connect(), Leave(), Signal()],
    name="client-leaves-before-receive",
)
@scenario(
    "The client closes after accept, before the first receive. Is it answered?",
    [Connect(), close(1000), Watch(2), Signal(), Watch()],
    source=CLOSING,
    word="MUST",
    rule=ANSWERED,
    name="client-closes-before-receive",
)
async def receives_late(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await scope["signal"]("go")
    while (await receive())["type"] != "websocket.disconnect":
        pass
