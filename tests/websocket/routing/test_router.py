"""One routing table: F8, F15, F32, F43."""

from __future__ import annotations

import pytest

from wslab import Application, DeclarationError, Router
from wslab.testing import Refused, connect


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


async def test_the_way_back_encodes_the_prefix():
    """A prefix is literal, so what a URL writes otherwise is percent-encoded."""
    app, inner, innermost = Application(), Router(), Router()
    innermost.add("/{room}", handler_saying("room"), name="room")
    inner.include_router(innermost, prefix="/50%25?")
    app.include_router(inner, prefix="/a b/\N{SNOWMAN}")
    path = app.path_for("room", room="c d")
    assert path == "/a%20b/%E2%98%83/50%2525%3F/c%20d"
    assert await said(app, path) == "room {'room': 'c d'}"


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
