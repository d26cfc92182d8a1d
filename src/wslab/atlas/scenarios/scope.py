"""What the scope of a connection says."""

from __future__ import annotations

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Await, Connect, Watch, close
from wslab.atlas.scenario import Rule, scenario

SCOPE = "ASGI, Websocket Connection Scope"


async def greets(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})


@scenario(
    "Which keys has the scope of a WebSocket?",
    [Connect(), Watch()],
    source=SCOPE,
)
async def scope_keys(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    return ", ".join(sorted(scope.keys() - {"signal"}))


@scenario(
    "Is the scope a plain dict?",
    [Connect(), Watch()],
    source="ASGI, Connection Scope",
    word="MUST",
    rule=Rule(application=("notes dict",)),
)
async def scope_type(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    return type(scope).__name__


scenario(
    "Which versions does the scope name, and which type?",
    [Connect(), Watch()],
    scope=("type", "asgi"),
    source=SCOPE,
    word="MUST",
    rule=Rule(application=("type: 'websocket'", "asgi: {*'version': '*'*}")),
    name="scope-versions",
)(greets)
scenario(
    "Which HTTP version does the scope name?",
    [Connect(), Watch()],
    scope=("http_version",),
    source=SCOPE,
    word="MUST",
    rule=Rule(application=("http_version: '1.1'|http_version: (absent)",)),
    name="scope-http-version",
)(greets)
scenario(
    "Which scheme and root path does the scope name, where nothing is configured?",
    [Connect(), Watch()],
    scope=("scheme", "root_path"),
    source=SCOPE,
    word="MUST",
    rule=Rule(
        application=(
            "scheme: 'ws'|scheme: (absent)",
            "root_path: ''|root_path: (absent)",
        )
    ),
    name="scope-scheme",
)(greets)
scenario(
    "Which addresses has the scope, and are their ports numbers?",
    [Connect(), Watch()],
    scope=("client", "server"),
    source=SCOPE,
    word="MUST",
    rule=Rule(never=("client: *'PORT'*", "server: *'PORT'*")),
    name="scope-addresses",
)(greets)
scenario(
    "Which extensions of ASGI does the server offer to a WebSocket?",
    [Connect(), Watch()],
    scope=("extensions",),
    source="ASGI, Extensions",
    name="scope-extensions",
)(greets)


def _path(name: str, asks: str, target: str, decoded: str | None = None) -> None:
    """Ask how a target's path is shown; `decoded` where the specification says how."""
    raw = target.encode("latin-1")
    either = f"raw_path: {raw!r}|raw_path: None|raw_path: (absent)"
    scenario(
        asks,
        [Connect(target), Watch()],
        scope=("path", "raw_path"),
        source=SCOPE,
        word="" if decoded is None else "MUST",
        rule=None if decoded is None else Rule(application=(decoded, either)),
        name=name,
    )(greets)


_path(
    "path-blank",
    "The path has an encoded blank, %20: is it decoded, and the raw path not?",
    "/a%20b",
    "path: '/a b'",
)
_path(
    "path-slash",
    "The path has an encoded slash, %2F: can it be told from another slash?",
    "/a%2Fb",
    "path: '/a/b'",
)
_path(
    "path-utf-8",
    "The path has encoded UTF-8, %C3%A9: is it decoded?",
    "/caf%C3%A9",
    "path: '/café'",
)
_path(
    "path-not-utf-8", "The path has a byte, %FF, that is no UTF-8: what is it?", "/%FF"
)
_path(
    "path-bytes",
    "The path has bytes of UTF-8 that are not encoded: what is it?",
    "/caf\xc3\xa9",
)
_path("path-nul", "The path has an encoded NUL, %00: is it passed on?", "/a%00b")
_path("path-plus", "The path has a plus: does it stay?", "/a+b", "path: '/a+b'")
_path("path-slashes", "The path has two slashes: do they stay?", "//a//b")
_path("path-dots", 'The path has "..": is it resolved?', "/a/../b")

scenario(
    "The query has percent-encoding and a plus: does it come as it was?",
    [Connect("/?a=%20b+c%FF&d"), Watch()],
    scope=("path", "query_string"),
    source=SCOPE,
    word="MUST",
    rule=Rule(application=("path: '/'", "query_string: b'a=%20b+c%FF&d'")),
    name="query",
)(greets)
scenario(
    "The target ends in a question mark: what is the query?",
    [Connect("/?"), Watch()],
    scope=("path", "query_string"),
    source=SCOPE,
    word="MUST",
    rule=Rule(application=("path: '/'", "query_string: b''")),
    name="query-empty",
)(greets)
scenario(
    "The target has no question mark: what is the query?",
    [Connect("/"), Watch()],
    scope=("path", "query_string"),
    source=SCOPE,
    word="MUST",
    rule=Rule(
        application=(
            "path: '/'",
            "query_string: b''|query_string: None|query_string: (absent)",
        )
    ),
    name="query-absent",
)(greets)


@scenario(
    "One connection writes a key into the lifespan's state: does the next one see it?",
    [Connect(), Watch(), Await("returns"), Connect(), Watch(), Watch()],
    scope=("state",),
    source="ASGI, Lifespan State",
    word="MUST",
    rule=Rule(given=("state: {*",), never=("state: *'key'*",)),
)
async def state(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    scope.get("state", {})["key"] = "of one connection"
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})


@scenario(
    "The scope promises headers in accept (version 2.1): does the client get them?",
    [Connect(), Watch(), Watch()],
    headers=("x-from-accept",),
    source="ASGI, Spec Versions",
    word="MUST",
    rule=Rule(given=("notes 2.[1-9]",), client=("x-from-accept: here",)),
)
async def promised_headers(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    headers = [(b"x-from-accept", b"here")]
    await send({"type": "websocket.accept", "headers": headers})
    await send({"type": "websocket.close"})
    version: str = scope.get("asgi", {}).get("spec_version", "2.0")
    return version


@scenario(
    "The scope promises a reason in close (version 2.3): does the client get it?",
    [Connect(), Watch(), Watch()],
    source="ASGI, Spec Versions",
    word="MUST",
    rule=Rule(given=("notes 2.[3-9]",), client=("close 3000 'enough'",)),
)
async def promised_close_reason(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 3000, "reason": "enough"})
    version: str = scope.get("asgi", {}).get("spec_version", "2.0")
    return version


@scenario(
    "The scope promises that send raises an OSError once the client has gone"
    " (version 2.4): does it?",
    [Connect(), close(1000), Watch(), Watch()],
    source="ASGI, Disconnected Client",
    word="SHOULD",
    rule=Rule(given=("notes 2.[4-9]*",), application=("notes *: an OSError",)),
)
async def promised_error(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    try:
        await send({"type": "websocket.send", "text": "too late"})
    except OSError:
        raised = "an OSError"
    except Exception:
        raised = "no OSError, but another exception"
    else:
        raised = "nothing"
    version = scope.get("asgi", {}).get("spec_version", "2.0")
    return f"{version}: {raised}"


@scenario(
    "Does a disconnect carry the client's reason, and does the scope promise it"
    " (version 2.5)?",
    [Connect(), close(3000, "bye"), Watch(), Watch()],
    source="ASGI, Spec Versions",
)
async def promised_reason(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    event = await receive()
    version = scope.get("asgi", {}).get("spec_version", "2.0")
    return f"{version}: reason {event.get('reason', '(absent)')}"
