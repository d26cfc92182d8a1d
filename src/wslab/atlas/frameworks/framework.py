"""What a framework decides: each has a handler for every path that is asked for here.

The application is the same in plain ASGI, as the frameworks' handlers have it.
"""

from __future__ import annotations

import json

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Connect, Leave, Signal, Watch, binary, close, text
from wslab.atlas.scenario import scenario

SHORT = Watch(2)
"""Long enough: neither uvicorn nor a framework waits for anything here."""


@scenario(
    "The handler accepts and returns. What ends the connection?",
    [Connect("/handler-returns"), SHORT],
)
async def framework_handler_returns(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})


@scenario(
    "The handler accepts and raises. What ends the connection?",
    [Connect("/handler-raises"), SHORT],
)
async def framework_handler_raises(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    raise RuntimeError("a fault in the handler")


@scenario(
    "No route matches. What does the client get?",
    [Connect("/no-such-route"), SHORT],
    name="framework-no-route",
)
@scenario(
    "The handler closes before it accepts. What does the client get?",
    [Connect("/close-before-accept"), SHORT],
)
async def framework_close_before_accept(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await send({"type": "websocket.close"})


@scenario(
    "The handler returns without accepting. What does the client get?",
    [Connect("/return-before-accept"), SHORT],
)
async def framework_return_before_accept(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()


@scenario(
    "The handler raises before it accepts. What does the client get?",
    [Connect("/raise-before-accept"), SHORT],
)
async def framework_raise_before_accept(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    raise RuntimeError("no")


@scenario(
    "The handler raises the framework's HTTP error 401 before it accepts. "
    "What does the client get?",
    [Connect("/http-error"), SHORT],
    name="framework-http-error",
)
@scenario(
    "The handler refuses with a response of its own, 401 with a body. "
    "What does the client get?",
    [Connect("/denial-response"), SHORT],
)
async def framework_denial_response(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b"members only"})


@scenario(
    "The handler accepts with a subprotocol that was not offered. "
    "What does the client see?",
    [Connect("/subprotocol-not-offered", subprotocols=("chat",)), SHORT],
    headers=("sec-websocket-protocol",),
    name="framework-subprotocol-not-offered",
)
@scenario(
    "The handler accepts with one of the subprotocols that were offered. "
    "What does the client see?",
    [Connect("/subprotocol", subprotocols=("chat", "news")), SHORT],
    headers=("sec-websocket-protocol",),
)
async def framework_subprotocol(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "news"})
    await send({"type": "websocket.close"})


@scenario(
    "The handler accepts with a header. Does the client get it?",
    [Connect("/accept-header"), SHORT],
    headers=("x-greeting",),
)
async def framework_accept_header(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept", "headers": [(b"x-greeting", b"hello")]})
    await send({"type": "websocket.close"})


@scenario("The handler accepts twice. What happens?", [Connect("/accept-twice"), SHORT])
async def framework_accept_twice(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.accept"})


@scenario(
    "The handler sends before it accepts. What happens?",
    [Connect("/send-before-accept"), SHORT],
)
async def framework_send_before_accept(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await send({"type": "websocket.send", "text": "early"})


@scenario(
    "The handler closes with 3000 and a reason. What does the client see?",
    [Connect("/close-code"), SHORT],
)
async def framework_close_code(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 3000, "reason": "bye"})


@scenario(
    "The handler accepts and raises what the framework has for closing. "
    "What does the client see?",
    [Connect("/close-by-exception"), SHORT],
)
async def framework_close_by_exception(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 1008, "reason": "not allowed"})


@scenario(
    "The handler closes with 1006, which may not be sent. What happens?",
    [Connect("/close-reserved-code"), SHORT],
)
async def framework_close_reserved_code(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 1006})


@scenario(
    "The handler closes with a reason of 124 bytes, one too many. What happens?",
    [Connect("/close-long-reason"), SHORT],
)
async def framework_close_long_reason(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 1000, "reason": "x" * 124})


@scenario("The handler closes twice. What happens?", [Connect("/close-twice"), SHORT])
async def framework_close_twice(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    await send({"type": "websocket.close"})


@scenario(
    "The handler sends after it has closed. What happens?",
    [Connect("/send-after-close"), SHORT],
)
async def framework_send_after_close(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    await send({"type": "websocket.send", "text": "late"})


@scenario(
    "The handler sends back what it receives, and that is empty. What comes back?",
    [Connect("/empty-text"), text(""), SHORT],
)
async def framework_empty_text(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    event = await receive()
    await send({"type": "websocket.send", "text": event["text"]})


@scenario(
    "The handler receives text, and the client sends a binary message. "
    "What does the handler get?",
    [Connect("/text-wanted"), binary(b"\x00"), SHORT],
)
async def framework_text_wanted(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    event = await receive()
    await send({"type": "websocket.send", "text": repr(event["text"])})


@scenario(
    "The handler receives bytes, and the client sends text. What does the handler get?",
    [Connect("/bytes-wanted"), text("a"), SHORT],
)
async def framework_bytes_wanted(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    event = await receive()
    await send({"type": "websocket.send", "text": repr(event["bytes"])})


@scenario(
    "The handler receives JSON, and the client sends what is none. What happens?",
    [Connect("/json-wanted"), text("{"), SHORT],
)
async def framework_json_wanted(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    event = await receive()
    await send({"type": "websocket.send", "text": repr(json.loads(event["text"]))})


@scenario(
    "The handler receives, without a `try`, and the client closes. "
    "How does the handler end?",
    [Connect("/disconnect-not-caught"), close(), SHORT],
    name="framework-disconnect-not-caught",
)
@scenario(
    "The handler iterates over messages, and the client closes with 1000. "
    "How does the handler end?",
    [Connect("/iteration"), close(), SHORT],
)
@scenario(
    "The handler iterates over messages, and the client closes with 4000. "
    "How does the handler end?",
    [Connect("/iteration"), close(4000), SHORT],
    name="framework-iteration-4000",
)
@scenario(
    "The handler iterates over messages, and the client vanishes. "
    "How does the handler end?",
    [Connect("/iteration"), Leave()],
    name="framework-iteration-vanish",
)
async def framework_iteration(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        pass


@scenario(
    "The handler receives again after it was told that the client has gone. "
    "What does it get?",
    [Connect("/receive-after-gone"), close(), SHORT],
)
async def framework_receive_after_gone(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    await receive()


@scenario(
    "The handler sends when the client has gone, and has not received since. "
    "What happens?",
    [Connect("/send-after-gone"), close(), SHORT, Signal()],
)
async def framework_send_after_gone(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await scope["signal"]("go")
    await send({"type": "websocket.send", "text": "late"})


@scenario(
    "The handler raises after the client has gone. What does the server get?",
    [Connect("/raise-after-gone"), close(), SHORT],
)
async def framework_raise_after_gone(
    scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    raise RuntimeError("a fault in the handler")


@scenario(
    "The handler waits for something else, never receives, and the client closes. "
    "Does the handler end?",
    [Connect("/never-receives"), close(), SHORT],
)
async def framework_never_receives(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await scope["signal"]("never")
