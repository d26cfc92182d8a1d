"""The application's scopes, limits, origins and tokens: F9, F34, F39, F43."""

from __future__ import annotations

import json

import pytest

from wslab import Application, bearer_token, token_matches
from wslab.testing import Closed, Refused, connect, running
from wslab.websocket.limits import Limits


async def call(app, scope):
    """Run the application for one scope that has no events; return what it sent."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event):
        sent.append(event)

    await app(scope, receive, send)
    return sent


async def test_an_unknown_scope_type_is_refused():
    """F34: an application raises for what it does not support."""
    with pytest.raises(NotImplementedError, match="telepathy"):
        await call(Application(), {"type": "telepathy"})


async def test_http_goes_to_the_http_application_or_is_a_404():
    """F43: a page beside the WebSockets."""

    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    scope = {"type": "http", "method": "GET", "path": "/page", "headers": []}
    assert (await call(Application(http=page), scope))[1]["body"] == b"/page"
    assert (await call(Application(), scope))[0]["status"] == 404


async def test_hooks_run_in_order_around_the_providers():
    """startup, then the values; their clean-up, then shutdown."""
    app = Application()
    log = []

    @app.on_startup
    async def begin():
        log.append("startup")

    @app.on_startup
    def begin_more():
        log.append("more")

    @app.on_shutdown
    async def end():
        log.append("shutdown")

    @app.provider(scope="app")
    def value():
        log.append("made")
        yield 1
        log.append("cleaned")

    async with running(app):
        assert log == ["startup", "more", "made"]
    assert log[3:] == ["cleaned", "shutdown"]


async def test_a_failing_startup_hook_is_reported():
    app = Application()

    @app.on_startup
    async def fail():
        raise KeyError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        async with running(app):
            pass


async def test_info_is_the_applications_own():
    """F9: shared by all connections, for handlers and views."""
    app = Application()
    app.info["count"] = 0

    @app.on_ws_request("/handler")
    async def handler(scope, info, matches, web_socket):
        info["count"] += 1
        await web_socket.accept()

    @app.websocket_route("/view")
    async def view(ws):
        ws.info["count"] += 1

    for path in ("/handler", "/view"):
        async with connect(app, path):
            pass
    assert app.info == {"count": 2}


def echo_app(**options):
    app = Application(**options)

    @app.websocket_route("/")
    async def echo(ws):
        async for message in ws:
            await ws.send(message)

    @app.websocket_route("/open", origins="*")
    async def anyone(ws):
        await ws.send("anyone")

    return app


async def status(app, origin, path="/", host="example.org", scheme="ws", **headers):
    """Return the HTTP status that a handshake with this origin gets."""

    async def from_host(scope, receive, send):
        await app({**scope, "scheme": scheme}, receive, send)

    sent = {"Host": host, **headers}
    try:
        async with connect(from_host, path, origin=origin, headers=sent):
            return 101
    except Refused as refused:
        return refused.status


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "expected"),
    [
        (None, "example.org", "ws", 101),
        ("http://example.org", "example.org", "ws", 101),
        ("https://example.org", "example.org", "ws", 101),
        ("https://example.org", "example.org", "wss", 101),
        ("http://example.org", "example.org", "wss", 403),
        ("http://EXAMPLE.org", "example.ORG", "ws", 101),
        ("http://example.org:80", "example.org", "ws", 101),
        ("http://example.org", "example.org:8000", "ws", 403),
        ("http://example.org:8000", "example.org:8000", "ws", 101),
        ("http://[::1]:8000", "[::1]:8000", "ws", 101),
        ("http://evil.example", "example.org", "ws", 403),
        ("http://example.org.evil.example", "example.org", "ws", 403),
        ("http://evil.example/example.org", "example.org", "ws", 403),
        ("http://example.org@evil.example", "example.org", "ws", 403),
        ("ftp://example.org", "example.org", "ws", 403),
        ("null", "example.org", "ws", 403),
        ("", "example.org", "ws", 403),
        ("http://example.org:x", "example.org", "ws", 403),
    ],
)
async def test_same_origin_is_the_default(origin, host, scheme, expected):
    """A page from elsewhere is refused before accept; no Origin is no browser."""
    assert await status(echo_app(), origin, host=host, scheme=scheme) == expected


@pytest.mark.parametrize(
    ("origins", "origin", "expected"),
    [
        ("*", "http://evil.example", 101),
        (["https://app.example"], "https://app.example", 101),
        (["https://app.example:443"], "https://APP.example", 101),
        (["https://app.example"], "http://app.example", 403),
        (["https://app.example"], "http://example.org", 403),
        (["same", "https://app.example"], "http://example.org", 101),
        (["https://app.example"], "null", 403),
        (["null"], "null", 101),
        ([], "http://example.org", 403),
        ([], None, 101),
    ],
)
async def test_other_origins_can_be_let_in(origins, origin, expected):
    assert await status(echo_app(origins=origins), origin) == expected


async def test_a_route_may_have_its_own_origins():
    app = echo_app()
    assert await status(app, "http://evil.example", path="/open") == 101
    assert await status(app, "http://evil.example", path="/") == 403


async def test_a_foreign_page_is_refused_on_every_server(serving):
    """Servers write header names in different ways; the check sees through that."""
    server = await serving(echo_app())
    refusal = await server.refused("/", origin="http://evil.example")
    expected = server.expect("refusal", (403, b"origin not allowed"))
    assert (refusal.status, refusal.body) == expected
    async with server.client("/") as client:
        await client.send("hello")
        assert await client.receive() == "hello"


async def test_a_message_over_the_limit_closes_with_1009(serving):
    """Bytes of UTF-8 are what counts; the view ends in silence."""
    server = await serving(echo_app(max_size=10))
    async with server.client("/") as client:
        for message in ("x" * 10, "\N{SNOWMAN}" * 3):
            await client.send(message)
            assert await client.receive() == message
        await client.send("\N{SNOWMAN}" * 4)
        expected = server.close(1009, "a message may have at most 10 bytes")
        assert await client.ended() == expected
    assert server.raised == []


async def test_too_many_messages_close_with_1008(serving):
    """One is let through in any case; the view ends in silence."""
    server = await serving(echo_app(max_rate=0.01))
    async with server.client("/") as client:
        await client.send("one")
        assert await client.receive() == "one"
        await client.send("two")
        expected = server.close(1008, "at most 0.01 messages a second")
        assert await client.ended() == expected
    assert server.raised == []


def test_the_rate_is_an_average_over_one_second(monkeypatch):
    """A burst of one second's worth passes; time brings new allowance."""
    now = 100.0
    monkeypatch.setattr("wslab.websocket.limits.monotonic", lambda: now)
    meter = Limits(max_rate=5).meter(Limits())
    assert [meter.excess("x") is None for _ in range(6)] == [True] * 5 + [False]
    now += 0.4
    assert [meter.excess("x") is None for _ in range(3)] == [True, True, False]
    now += 60
    assert [meter.excess("x") is None for _ in range(6)] == [True] * 5 + [False]


async def test_a_limit_holds_while_the_handler_does_not_receive():
    app = Application()
    ends = []

    @app.on_ws_request("/", max_size=10)
    async def busy(scope, info, matches, web_socket):
        await web_socket.accept()
        ends.append(await web_socket.closed)
        ends.append((await web_socket.receive(), web_socket.closed_by))

    async with connect(app, "/") as client:
        await client.send("x" * 11)
        with pytest.raises(Closed) as closed:
            await client.receive()
        assert closed.value.code == 1009
    assert ends == [1009, (None, "server")]


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ([("Authorization", "Bearer abc")], "abc"),
        ([("authorization", "bEARER   abc ")], "abc"),
        ([("Authorization", "Basic abc")], None),
        ([("Authorization", "Bearer")], None),
        ([("Authorization", "Bearer a"), ("Authorization", "Bearer b")], None),
        ([], None),
    ],
)
def test_a_bearer_token_is_found_whatever_the_case(headers, token):
    """F39: schemes are case-insensitive (RFC 9110 section 11.1)."""
    raw = [(name.encode(), value.encode()) for name, value in headers]
    assert bearer_token(raw) == token


def test_tokens_are_compared_whole():
    """F39: one of several; no token never matches, an empty one only itself."""
    assert token_matches("abc", "xyz", "abc")
    assert not token_matches("ab", "abc")
    assert not token_matches("abc")
    assert not token_matches(None, "")
    assert token_matches("é", "é")


async def test_a_token_guards_a_view(serving):
    """F39: 401 without the token, nothing of it in the answer."""
    app = Application()

    @app.websocket_route("/", auto_accept=False)
    async def private(ws):
        if not token_matches(bearer_token(ws.headers), "s3kr3t"):
            await ws.reject(401, [("WWW-Authenticate", "Bearer")])
        async with ws:
            await ws.send_json({"hello": "you"})

    server = await serving(app)
    headers = [("Authorization", "bearer s3kr3t")]
    async with server.client("/", headers=headers) as client:
        assert json.loads(await client.receive()) == {"hello": "you"}
    for token in ("", "Bearer wrong", "s3kr3t"):
        refusal = await server.refused("/", headers=[("Authorization", token)])
        assert refusal.status == server.expect("refusal", (401,))[0]
        assert refusal.body == b""
