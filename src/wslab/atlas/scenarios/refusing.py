"""How an application refuses a connection before it accepts one."""

from __future__ import annotations

from wslab.asgi import ASGIApplication, Receive, Scope, Send
from wslab.atlas.acts import KEY, Await, Connect, Leave, Watch
from wslab.atlas.scenario import Rule, scenario

SHORT = Watch(2)
"""A server that has answered may leave the connection to a next request."""

WITH_BODY = (
    "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    f"sec-websocket-key: {KEY}\r\nsec-websocket-version: 13\r\n"
    "content-length: 5\r\n\r\nhello"
).encode()

FORBIDDEN = Rule(client=("HTTP 403",), never=("HTTP 101",))

OFFERED = ("extensions: *'websocket.http.response'*",)


@scenario(
    "The application closes before it accepts. What does the client get?",
    [Connect(), SHORT],
    source="ASGI, Close",
    word="MUST",
    rule=FORBIDDEN,
)
async def close_before_accept(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close"})


@scenario(
    "The application closes without having received the connect event, and then "
    "receives. What does the client get?",
    [Connect(), SHORT],
    source="ASGI, Close",
    word="MUST",
    rule=FORBIDDEN,
    fatal="granian",
)
async def close_without_connect(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close"})
    await receive()


def _closing(code: int, **more: str) -> ASGIApplication:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.close", "code": code, **more})

    return app


for _code in (1000, 3000, 4003):
    scenario(
        f"The application closes with code {_code} before it accepts. "
        "Does the code reach the client in any way?",
        [Connect(), SHORT],
        source="ASGI, Close",
        word="MUST",
        rule=FORBIDDEN,
        name=f"close-before-accept-with-{_code}",
    )(_closing(_code))

scenario(
    "The application closes with a reason before it accepts. "
    "Does the reason reach the client in any way?",
    [Connect(), SHORT],
    source="ASGI, Close",
    word="MUST",
    rule=FORBIDDEN,
    name="close-before-accept-with-reason",
)(_closing(4003, reason="no seat left"))


@scenario(
    "The client's request has a body, and the application closes before it accepts. "
    "What does the client get?",
    [Connect(request=WITH_BODY, waits=False), SHORT],
)
async def close_with_body_unread(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close"})


@scenario(
    "The application returns without accepting or closing. What does the client get?",
    [Connect(waits=False), Watch(6)],
    source="ASGI, Websocket Connection Scope",
    word="SHOULD",
    rule=Rule(client=("HTTP [345]*|FIN|reset",), never=("HTTP 101",)),
)
async def return_before_accept(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()


@scenario(
    "The application raises before it accepts. What does the client get?",
    [Connect(), SHORT],
    source="ASGI, Error Handling",
    word="MUST",
    rule=Rule(client=("HTTP [345]*|FIN|reset",), never=("HTTP 101",)),
)
async def raise_before_accept(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    raise RuntimeError("no")


def _denying(
    *bodies: bytes, status: int = 401, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> ASGIApplication:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close"})
            return
        kind = "websocket.http.response"
        await send({"type": f"{kind}.start", "status": status, "headers": headers})
        for number, body in enumerate(bodies, 1):
            more = number < len(bodies)
            await send({"type": f"{kind}.body", "body": body, "more_body": more})

    return app


def _denial(
    name: str, asks: str, app: ASGIApplication, *client: str, fatal: str = ""
) -> None:
    """Add a scenario of a denial response; `client` are lines that it has to get."""
    scenario(
        asks,
        [Connect(), SHORT],
        source="ASGI, Websocket Denial Response" if client else "",
        word="SHOULD" if client else "",
        rule=Rule(client=client, given=OFFERED) if client else None,
        headers=("x-extra", "set-cookie", "content-length", "transfer-encoding"),
        scope=("extensions",),
        fatal=fatal,
        name=name,
    )(app)


_denial(
    "denial",
    "The application sends a denial response where the server offers it, and closes "
    "where not. What does the client get?",
    _denying(b"no token", headers=((b"content-length", b"8"),)),
    "HTTP 401",
    "body 'no token'",
    "FIN|reset",
)
_denial(
    "denial-without-length",
    "The application sends a denial response without a content-length. "
    "How does the client know where its body ends?",
    _denying(b"no token"),
    "HTTP 401",
    "body 'no token'",
)
_denial(
    "denial-streamed",
    "The application sends a denial response in three body events. "
    "Does the client get all of them?",
    _denying(b"no ", b"token", b" here"),
    "HTTP 401",
    "body 'no token here'",
)
_denial(
    "denial-headers",
    "The application sends a denial response with a header and a cookie. "
    "Does the client get them?",
    _denying(b"no", headers=((b"x-extra", b"yes"), (b"set-cookie", b"a=1"))),
    "HTTP 401",
    "x-extra: yes",
    "set-cookie: a=*",
)
_denial(
    "denial-two-cookies",
    "The application sends a denial response with two cookies. "
    "Does the client get both?",
    _denying(b"no", headers=((b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"))),
    "HTTP 401",
    "set-cookie: a=*, b=*",
    fatal="granian",
)
_denial(
    "denial-empty",
    "The application sends a denial response with an empty body. "
    "What does the client get?",
    _denying(b""),
    "HTTP 401",
)
for _status in (404, 429, 500):
    _denial(
        f"denial-{_status}",
        f"The application denies with status {_status}. Is it this that the client "
        "gets?",
        _denying(b"", status=_status),
        f"HTTP {_status}",
    )
_denial(
    "denial-without-body",
    "The application starts a denial response and returns without a body event. "
    "What does the client get?",
    _denying(),
)
_denial(
    "denial-too-short",
    "The application denies with a content-length of 20 and a body of 8 bytes. "
    "What does the client get?",
    _denying(b"no token", headers=((b"content-length", b"20"),)),
)
_denial(
    "denial-too-long",
    "The application denies with a content-length of 2 and a body of 8 bytes. "
    "What does the client get?",
    _denying(b"no token", headers=((b"content-length", b"2"),)),
)


@scenario(
    "The application sends a denial response without looking whether the server "
    "offers it. What does the client get?",
    [Connect(), SHORT],
    source="ASGI, Error Handling",
    word="SHOULD",
    rule=Rule(
        application=("http.response.start fails: *",),
        given=("extensions: (absent)|extensions: {}",),
    ),
    scope=("extensions",),
)
async def denial_not_offered(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b"no token"})


@scenario(
    "The application sends a whole denial response, then accepts. "
    "What does each side get?",
    [Connect(), SHORT],
    source="ASGI, Websocket Denial Response",
    word="SHOULD",
    rule=Rule(client=("HTTP 401",), never=("HTTP 101",), given=OFFERED),
    scope=("extensions",),
)
async def accept_after_denial(scope: Scope, receive: Receive, send: Send) -> None:
    await _denying(b"no token")(scope, receive, send)
    await send({"type": "websocket.accept"})


@scenario(
    "The application closes, then accepts. What does each side get?",
    [Connect(), SHORT],
    source="ASGI, Close",
    word="MUST",
    rule=FORBIDDEN,
)
async def accept_after_refusal(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close"})
    await send({"type": "websocket.accept"})


@scenario(
    "The application sends a message before it accepts. What does each side get?",
    [Connect(), SHORT],
)
async def send_before_accept(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.send", "text": "early"})


@scenario(
    "The application waits for another event before it accepts, and the client waits "
    "too. Does the server give up?",
    [Connect(waits=False), Watch(6)],
)
@scenario(
    "The application waits for another event before it accepts, and the client leaves. "
    "Does the application learn of it?",
    [Connect(waits=False), Await("receives connect"), Leave()],
    name="leave-before-accept",
)
async def hang_before_accept(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await receive()
