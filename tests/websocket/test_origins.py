"""Which hosts are served and which pages may connect."""

from __future__ import annotations

import pytest

from wslab import Application, DeclarationError
from wslab.testing import Refused, connect


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
        expected = server.expect("refusal", (403, b"host not allowed"))
        assert (refusal.status, refusal.body) == expected
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
    refusal = await server.refused("/", **options)
    expected = server.expect("refusal", (403, b"origin not allowed"))
    assert (refusal.status, refusal.body) == expected
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
