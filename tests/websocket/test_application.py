"""The application's scopes, hooks, limits, hosts and origins: F9, F34, F43."""

from __future__ import annotations

import asyncio

import pytest

from wslab import Application, DeclarationError
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


def two_hooks(fail):
    """An application with two hooks of each kind and a value; some of them fail."""
    app = Application()
    log = []

    def step(name):
        def take():
            log.append(name)
            if name in fail:
                raise KeyError(name)

        return take

    for name in ("open a", "open b"):
        app.on_startup(step(name))
    for name in ("close a", "close b"):
        app.on_shutdown(step(name))

    @app.provider(scope="app")
    def value():
        step("make")()
        yield 1
        step("clean")()

    return app, log


async def test_every_shutdown_step_is_taken_whichever_fail():
    """The first error is raised, and the others are its notes."""
    app, log = two_hooks(fail={"clean", "close a", "close b"})
    await app.startup()
    del log[:]
    with pytest.raises(KeyError, match="clean") as error:
        await app.shutdown()
    assert log == ["clean", "close a", "close b"]
    assert error.value.__notes__ == [
        "then: KeyError: 'close a'",
        "then: KeyError: 'close b'",
    ]


async def test_a_failed_shutdown_is_reported_to_the_server():
    app, log = two_hooks(fail={"close a"})
    with pytest.raises(RuntimeError, match="close a"):
        async with running(app):
            pass
    assert log[-1] == "close b"


@pytest.mark.parametrize(
    ("fail", "started"),
    [
        ("open b", ["open a", "open b"]),
        ("make", ["open a", "open b", "make"]),
    ],
)
async def test_a_failed_startup_is_shut_down_again(fail, started):
    """What a hook has opened is closed, and the application can be started again."""
    fails = {fail, "close b"}
    app, log = two_hooks(fail=fails)
    with pytest.raises(KeyError, match=fail) as error:
        await app.startup()
    assert log == [*started, "close a", "close b"]
    assert error.value.__notes__ == ["then: KeyError: 'close b'"]
    fails.clear()
    del log[:]
    await app.startup()
    await app.shutdown()
    assert log == ["open a", "open b", "make", "clean", "close a", "close b"]


async def test_servers_with_one_application_share_its_values(serving, record):
    """They are made for the first server and cleaned up after the last."""
    app = Application()

    @app.provider(scope="app")
    def value():
        record.append("made")
        yield len(record)
        record.append("cleaned")

    @app.websocket_route("/")
    async def view(ws, value):
        await ws.send(str(value))

    server = await serving(app)
    async with running(app):
        pass
    async with server.client("/") as client:
        assert await client.receive() == "1"
    assert record == ["made"]
    if server.stop is not None:
        await server.stop()
        assert record == ["made", "cleaned"]


async def test_servers_that_start_together_start_the_application_once():
    app, log = two_hooks(fail=())
    await asyncio.gather(app.startup(), app.startup(), app.startup())
    assert log == ["open a", "open b", "make"]
    await asyncio.gather(app.shutdown(), app.shutdown())
    assert log == ["open a", "open b", "make"]
    await app.shutdown()
    assert log[3:] == ["clean", "close a", "close b"]


async def test_a_server_that_ends_without_a_word_is_counted_out():
    """Its lifespan is cancelled; the application can be started again."""
    app, log = two_hooks(fail=())
    started = asyncio.Event()
    events = iter([{"type": "lifespan.startup"}])

    async def receive():
        for event in events:
            return event
        return await asyncio.Event().wait()

    async def send(event):
        started.set()

    server = asyncio.create_task(app({"type": "lifespan"}, receive, send))
    await started.wait()
    server.cancel()
    with pytest.raises(asyncio.CancelledError):
        await server
    assert log == ["open a", "open b", "make", "clean", "close a", "close b"]


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


@pytest.mark.parametrize(
    ("hosts", "host", "scheme", "expected"),
    [
        (None, "evil.example", "ws", 101),
        (["example.org"], "example.org", "ws", 101),
        (["example.org"], "EXAMPLE.org:8000", "ws", 101),
        (["Example.ORG"], "example.org", "wss", 101),
        (["example.org", "localhost"], "localhost:1", "ws", 101),
        (["example.org:8000"], "example.org:8000", "ws", 101),
        (["example.org:8000"], "example.org", "ws", 403),
        (["example.org:80"], "example.org", "ws", 101),
        (["example.org:443"], "example.org", "wss", 101),
        (["example.org:443"], "example.org", "ws", 403),
        (["[::1]"], "[::1]:8000", "ws", 101),
        (["[::1]:8000"], "[::1]:8001", "ws", 403),
        (["example.org"], "evil.example", "ws", 403),
        (["example.org"], "example.org.evil.example", "ws", 403),
        (["example.org"], "evil.example@example.org", "ws", 403),
        (["example.org"], "example.org:x", "ws", 403),
        (["example.org"], "", "ws", 403),
        ([], "example.org", "ws", 403),
    ],
)
async def test_a_foreign_host_is_refused(hosts, host, scheme, expected):
    """Names are compared without regard to case, one without a port with any."""
    app = echo_app(hosts=hosts)
    assert await status(app, None, host=host, scheme=scheme) == expected


async def test_a_page_of_a_name_that_points_here_needs_hosts_to_be_kept_out():
    """DNS rebinding: its Origin and Host are the same, and both are foreign."""
    page = {"origin": "http://evil.example", "host": "evil.example"}
    assert await status(echo_app(), **page) == 101
    assert await status(echo_app(hosts=["example.org"]), **page) == 403


async def test_a_foreign_host_learns_nothing_of_the_routes(serving):
    """On a socket: refused before accept, whatever the path and the Origin."""
    app = echo_app(hosts=["example.org", "127.0.0.1", "localhost", "testserver"])
    server = await serving(app)
    foreign = [("X-Forwarded-Host", "example.org")]
    async with server.client("/", headers=foreign) as client:
        await client.send("hello")
        assert await client.receive() == "hello"
    server = await serving(echo_app(hosts=["example.org"]))
    for path in ("/", "/open", "/nowhere"):
        refusal = await server.refused(path, headers=foreign)
        assert (refusal.status, refusal.body) == (403, b"host not allowed")
    assert server.raised == []


PUBLIC = "https://example.org"


@pytest.mark.parametrize(
    ("forwarded", "origin", "expected"),
    [
        ([], "http://backend:8000", 101),
        ([], PUBLIC, 403),
        (["example.org"], PUBLIC, 101),
        (["EXAMPLE.org:443"], PUBLIC, 101),
        (["example.org"], "http://backend:8000", 403),
        (["example.org"], "https://evil.example", 403),
        (["evil.example, example.org"], PUBLIC, 101),
        (["evil.example", "example.org"], PUBLIC, 101),
        (["evil.example, example.org"], "https://evil.example", 403),
        (["example.org,"], PUBLIC, 403),
        (["["], PUBLIC, 403),
        (["[::1]:8000"], "http://[::1]:8000", 101),
    ],
)
async def test_a_proxy_that_rewrites_host_can_be_trusted(forwarded, origin, expected):
    """The last host counts: the proxy next to the server has added it."""
    app = forwarding(echo_app(trust_forwarded_host=True), forwarded)
    assert await status(app, origin, host="backend:8000") == expected


@pytest.mark.parametrize("trusted", [False, True])
async def test_hosts_are_compared_with_the_header_that_is_trusted(trusted):
    app = echo_app(hosts=["example.org"], trust_forwarded_host=trusted)
    foreign = forwarding(app, ["evil.example"])
    public = forwarding(app, ["example.org"])
    assert await status(foreign, None, host="example.org") == (403 if trusted else 101)
    assert await status(public, None, host="backend") == (101 if trusted else 403)


def forwarding(app, hosts):
    """The application behind a proxy that adds these headers."""
    added = [(b"x-forwarded-host", host.encode()) for host in hosts]

    async def proxy(scope, receive, send):
        await app({**scope, "headers": [*scope["headers"], *added]}, receive, send)

    return proxy


async def test_a_rewritten_host_makes_every_page_a_stranger(serving):
    """On a socket, unless the forwarded host is trusted."""
    options = {"origin": PUBLIC, "headers": [("X-Forwarded-Host", "example.org")]}
    server = await serving(echo_app())
    assert (await server.refused("/", **options)).body == b"origin not allowed"
    server = await serving(echo_app(trust_forwarded_host=True))
    async with server.client("/", **options) as client:
        await client.send("hello")
        assert await client.receive() == "hello"


@pytest.mark.parametrize("count", [0, 2])
async def test_a_request_without_one_host_is_for_no_host(count):
    """RFC 9112 section 3.2 asks for one; what else there is proves nothing."""

    async def hostless(scope, receive, send):
        fields = [field for field in scope["headers"] if field[0] != b"host"]
        fields += [(b"host", b"example.org")] * count
        await app({**scope, "headers": fields}, receive, send)

    app = echo_app(hosts=["example.org"])
    assert await status(hostless, None) == 403
    app = echo_app()
    assert await status(hostless, "http://example.org") == 403


@pytest.mark.parametrize(
    "hosts", ["example.org", ["http://example.org"], ["a b"], [""]]
)
def test_what_is_no_list_of_hosts_is_an_error(hosts):
    with pytest.raises(DeclarationError, match="host"):
        Application(hosts=hosts)


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
