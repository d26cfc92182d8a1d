"""What the scope of a connection says."""

from __future__ import annotations

from pathlib import Path

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Await, Connect, Watch, close
from wslab.atlas.scenario import VERSION, Options, Rule, scenario, since

SCOPE = "ASGI, Websocket Connection Scope"
NO_QUERY = "query_string: b''|query_string: None|query_string: (absent)"


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
    "Is the scope a dict?",
    [Connect(), Watch()],
    source="ASGI, Applications",
    word="MUST",
    rule=Rule(application=("notes a dict: *",)),
)
async def scope_type(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    kind = "a dict" if isinstance(scope, dict) else "no dict"
    return f"{kind}: {type(scope).__name__}"


scenario(
    "Which versions does the scope name, and which type?",
    [Connect(), Watch()],
    scope=("type", "asgi"),
    source=SCOPE,
    rule=Rule(application=("type: 'websocket'", "asgi: {*'version': '*'*}")),
    name="scope-versions",
)(greets)
scenario(
    "Which HTTP version does the scope name?",
    [Connect(), Watch()],
    scope=("http_version",),
    source=SCOPE,
    rule=Rule(application=("http_version: '1.1'|http_version: (absent)",)),
    name="scope-http-version",
)(greets)
scenario(
    "Which scheme and root path does the scope name, where nothing is configured?",
    [Connect(), Watch()],
    scope=("scheme", "root_path"),
    source=SCOPE,
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
    rule=Rule(application=("path: '/'", "query_string: b'a=%20b+c%FF&d'")),
    name="query",
)(greets)
scenario(
    "The target ends in a question mark: what is the query?",
    [Connect("/?"), Watch()],
    scope=("path", "query_string"),
    source=SCOPE,
    rule=Rule(application=("path: '/'", NO_QUERY)),
    name="query-empty",
)(greets)
scenario(
    "The target has no question mark: what is the query?",
    [Connect("/"), Watch()],
    scope=("path", "query_string"),
    source=SCOPE,
    rule=Rule(application=("path: '/'", NO_QUERY)),
    name="query-absent",
)(greets)


@scenario(
    "One connection writes a key into the lifespan's state: does the next one see it?",
    [Connect(), Watch(), Await("returns"), Connect(), Watch(), Watch()],
    scope=("state",),
    source="ASGI, Lifespan State",
    rule=Rule(given=("state: {*",), never=("state: *'key'*",)),
)
async def state(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    scope.get("state", {})["key"] = "of one connection"
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})


@scenario(
    "The server listens on a Unix socket. Does the scope have its path, and None for a"
    " port (spec_version 2.2)?",
    [Connect(), Watch()],
    scope=(VERSION,),
    source=SCOPE,
    rule=Rule(
        given=since(2),
        application=("notes server: None*|notes server: its path, None*",),
    ),
    options=Options(unix=True),
)
async def promised_unix_socket(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    told = []
    for key in ("server", "client"):
        match scope.get(key):
            case [str(host), port]:
                is_path = Path(host).is_socket()  # noqa: ASYNC240
                shown = "its path" if is_path else repr(host)
                told.append(f"{key}: {shown}, {port!r}")
            case other:
                told.append(f"{key}: {other!r}")
    return "; ".join(told)


@scenario(
    "Does a disconnect carry the client's reason (spec_version 2.5)?",
    [Connect(), close(3000, "bye"), Watch(), Watch()],
    scope=(VERSION,),
    source="ASGI, Disconnect",
    rule=Rule(given=since(5), application=("receives disconnect 3000 'bye'",)),
)
async def promised_reason(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
