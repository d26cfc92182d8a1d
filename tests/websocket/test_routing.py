"""One routing table: F8, F15, F32, F43."""

from __future__ import annotations

from datetime import datetime

import pytest

from wslab import Application, DeclarationError, Router
from wslab.testing import Refused, connect
from wslab.websocket.routing.patterns import Pattern


@pytest.mark.parametrize(
    ("pattern", "path", "values"),
    [
        ("/", "/", {}),
        ("/a", "/a", {}),
        ("/a", "/a/", None),
        ("/{name}", "/Ada", {"name": "Ada"}),
        ("/{name:str}", "/a b", {"name": "a b"}),
        ("/{name}", "/a/b", None),
        ("/{name}", "/", None),
        ("/{name}", "/a\n", {"name": "a\n"}),
        ("/{n:int}", "/-7", {"n": -7}),
        ("/{n:int}", "/x", None),
        ("/{n:int}", "/7\n", None),
        ("/{n:int}", "/" + "9" * 5000, None),
        ("/{x:float}", "/1.5", {"x": 1.5}),
        ("/{x:float}", "/3", {"x": 3.0}),
        ("/{x:float}", "/" + "9" * 400, None),
        ("/f/{rest:path}", "/f/a/b.txt", {"rest": "a/b.txt"}),
        ("/f/{rest:path}", "/f/", {"rest": ""}),
        ("/{rest:path}/x", "/a/b/x", {"rest": "a/b"}),
        ("/{d:datetime:%Y-%m-%d}", "/2026-03-04", {"d": datetime(2026, 3, 4)}),
        ("/{d:datetime:%Y-%m-%d}", "/2026-13-04", None),
        ("/{d:datetime:%Y/%m/%d}/x", "/2026/03/04/x", {"d": datetime(2026, 3, 4)}),
        ("/{d:datetime}", "/2026-03-04T05:06", {"d": datetime(2026, 3, 4, 5, 6)}),
        ("/a.b/{x}+", "/a.b/1+", {"x": "1"}),
        ("/a.b", "/aXb", None),
    ],
)
def test_patterns(pattern, path, values):
    """F8: by name and type; what does not convert does not match."""
    assert Pattern(pattern).match(path) == values


@pytest.mark.parametrize(
    "pattern",
    [
        "/{}",
        "/{1}",
        "/{a",
        "/a}",
        "/{a:uuid}",
        "/{a:int:x}",
        "/{a}/{a}",
        "/{a:datetime:%Q}",
    ],
)
def test_a_wrong_pattern_is_an_error_at_registration(pattern):
    async def handler(scope, info, matches, web_socket):
        pass

    with pytest.raises(DeclarationError):
        Application().ws_router.add(pattern, handler)


@pytest.mark.parametrize(
    ("pattern", "values", "path"),
    [
        ("/{name}", {"name": "a b?"}, "/a%20b%3F"),
        ("/{n:int}/{x:float}", {"n": 7, "x": 1.5}, "/7/1.5"),
        ("/{rest:path}", {"rest": "a/b"}, "/a/b"),
        ("/{d:datetime:%Y-%m-%d}", {"d": datetime(2026, 3, 4)}, "/2026-03-04"),
    ],
)
def test_the_way_back_by_name(pattern, values, path):
    """F8: path_for writes what the pattern matches."""
    app = Application()

    @app.on_ws_request(pattern, name="it")
    async def handler(scope, info, matches, web_socket):
        pass

    assert app.path_for("it", **values) == path


def test_the_way_back_names_what_is_wrong():
    app = Application()
    inner = Router()

    @inner.on_ws_request("/rooms/{room}")
    async def rooms(scope, info, matches, web_socket):
        pass

    app.include_router(inner, prefix="/v1")
    assert app.path_for("rooms", room="a") == "/v1/rooms/a"
    with pytest.raises(LookupError, match="lobby"):
        app.path_for("lobby")
    with pytest.raises(ValueError, match="room"):
        app.path_for("rooms")
    with pytest.raises(ValueError, match="fit"):
        app.path_for("rooms", room="a/b")


async def said(app, path, **options):
    """Return the first message that the client gets."""
    async with connect(app, path, **options) as client:
        return await client.receive()


def handler_saying(text):
    async def handler(scope, info, matches, web_socket):
        await web_socket.accept()
        await web_socket.send(f"{text} {matches}")

    return handler


async def test_both_apis_share_one_table_and_the_first_match_wins(serving):
    """F8, F43: in the order of registration, whichever API a route belongs to."""
    app = Application()
    app.ws_router.add("/{n:int}", handler_saying("handler"))

    @app.websocket_route("/{name}")
    async def view(ws, name):
        await ws.send(f"view {name}")

    app.ws_router.add("/never", handler_saying("never"))
    server = await serving(app)
    for path, answer in (("/7", "handler {'n': 7}"), ("/never", "view never")):
        async with server.client(path) as client:
            assert await client.receive() == answer


async def test_a_router_below_a_prefix():
    """F32: nested, also with routes added after it was included."""
    app = Application()
    v1, rooms = Router(), Router()
    app.include_router(v1, prefix="/v1")
    v1.include_router(rooms, prefix="/rooms")
    rooms.add("/{room}", handler_saying("room"))

    @v1.websocket_route("/echo")
    async def echo(ws, times: int = 1):
        await ws.send(f"echo {times}")

    assert await said(app, "/v1/rooms/a") == "room {'room': 'a'}"
    assert await said(app, "/v1/echo?times=2") == "echo 2"
    with pytest.raises(Refused) as refused:
        await said(app, "/rooms/a")
    assert refused.value.status == 404


def test_a_router_cannot_hold_itself():
    outer, inner = Router(), Router()
    outer.include_router(inner, prefix="/a")
    with pytest.raises(DeclarationError, match="itself"):
        inner.include_router(outer, prefix="/b")


@pytest.mark.parametrize("prefix", ["v1", "/v1/", "/{tenant}"])
def test_a_wrong_prefix_is_an_error(prefix):
    with pytest.raises(DeclarationError, match="prefix"):
        Application().include_router(Router(), prefix=prefix)


@pytest.mark.parametrize("path", ["/mount/a", "/a"])
async def test_routes_are_below_the_mount_point(path):
    """`path` has the root_path in front (specs/www), though not on every server."""
    app = Application()
    app.ws_router.add("/{x}", handler_saying("at"))

    async def mounted(scope, receive, send):
        await app({**scope, "root_path": "/mount"}, receive, send)

    assert await said(mounted, path) == "at {'x': 'a'}"
