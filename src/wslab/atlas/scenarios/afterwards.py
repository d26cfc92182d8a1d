"""What `receive` and `send` do once the connection has ended."""

from __future__ import annotations

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import (
    Await,
    Connect,
    Leave,
    Reset,
    Signal,
    Watch,
    close,
    text,
)
from wslab.atlas.scenario import VERSION, Rule, scenario, since

CLOSED = "ASGI, Disconnected Client"
RAISES = Rule(application=("notes an OSError is raised",), given=since(4))
"""The section says of itself that servers before version 2.4 may do otherwise."""


@scenario(
    "The application receives on after the client's close. What does it get?",
    [Connect(), close(1000), Watch(3)],
    name="receive-after-close",
)
@scenario(
    "The application receives on after the client has left. What does it get?",
    [Connect(), Leave()],
    name="receive-after-leave",
)
@scenario(
    "The application receives on after the client's reset. What does it get?",
    [Connect(), Reset()],
    name="receive-after-reset",
)
async def receives_on(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    await receive()
    await receive()


@scenario(
    "The application sends after the client's close. Does `send` raise an OSError?",
    [Connect(), close(1000), Watch(3)],
    source=CLOSED,
    word="SHOULD",
    rule=RAISES,
    scope=(VERSION,),
    name="send-after-close",
)
@scenario(
    "The application sends after the client has left. Does `send` raise an OSError?",
    [Connect(), Leave()],
    source=CLOSED,
    word="SHOULD",
    rule=RAISES,
    scope=(VERSION,),
    name="send-after-leave",
)
@scenario(
    "The application sends after the client's reset. Does `send` raise an OSError?",
    [Connect(), Reset()],
    source=CLOSED,
    word="SHOULD",
    rule=RAISES,
    scope=(VERSION,),
    name="send-after-reset",
)
async def sends_on(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    try:
        await send({"type": "websocket.send", "text": "too late"})
    except OSError:
        return "an OSError is raised"
    except Exception:
        return "another exception is raised"
    return "nothing is raised"


@scenario(
    "The application closes after the client's close. Does `send` raise an OSError?",
    [Connect(), close(1000), Watch(3)],
    source=CLOSED,
    word="SHOULD",
    rule=RAISES,
    scope=(VERSION,),
)
async def close_after_close(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    try:
        await send({"type": "websocket.close"})
    except OSError:
        return "an OSError is raised"
    except Exception:
        return "another exception is raised"
    return "nothing is raised"


@scenario(
    "The client has closed, the application has not received it and sends. What then?",
    [Connect(), text("one"), close(1000), Watch(2), Signal(), Watch(2)],
)
async def send_before_the_close_is_received(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    await scope["signal"]("go")
    await send({"type": "websocket.send", "text": "are you there?"})
    await receive()


@scenario(
    "The application accepts after the client has left. What does `send` do?",
    [Connect(waits=False), Await("receives connect"), Leave()],
)
async def accept_after_leave(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await receive()
    await send({"type": "websocket.accept"})


@scenario(
    "The application sends a message after its own close. Does it reach the wire?",
    [Connect(), Watch(3)],
    source="RFC 6455, section 5.5.1",
    word="MUST",
    rule=Rule(never=("text *",)),
)
async def send_after_own_close(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    await send({"type": "websocket.send", "text": "too late"})


@scenario(
    "The application receives after its own close. What does it get?",
    [Connect(), Watch(3)],
)
async def receive_after_own_close(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4000})
    await receive()
    await receive()


@scenario(
    "The application receives after it has refused the connection. What does it get?",
    [Connect(), Watch(3)],
)
async def receive_after_refusing(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close"})
    await receive()
