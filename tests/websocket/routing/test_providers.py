"""Providers: F29."""

from __future__ import annotations

import asyncio

import pytest

from wslab import Application, DeclarationError, Router
from wslab.testing import Closed, Refused, connect, running


async def test_a_provider_of_each_kind_reaches_the_view():
    """F29: plain, async, generator, async generator, by the parameter's name."""
    app = Application()

    @app.provider()
    def plain():
        return 1

    @app.provider()
    async def waited():
        return 2

    @app.provider(name="generated")
    def generator():
        yield 3

    @app.provider(scope="app")
    async def late():
        yield 4

    @app.websocket_route("/")
    async def view(ws, plain, waited, generated, late):
        await ws.send(f"{plain}{waited}{generated}{late}")

    async with connect(app, "/") as client:
        assert await client.receive() == "1234"
    await app.shutdown()


async def test_values_of_the_application_are_made_once(serving, record):
    """F29: at startup, whoever connects; cleaned up at shutdown."""
    if serving.server_name == "daphne":
        pytest.skip("it has no lifespan")
    app = Application()

    @app.provider(scope="app")
    async def clients():
        record.append("made")
        yield set()
        record.append("cleaned")

    @app.websocket_route("/")
    async def view(ws, clients):
        clients.add(len(clients))
        await ws.send(str(len(clients)))

    server = await serving(app)
    if lifespan := server.expect("lifespan", True):
        await record.reach(1)
    for number in ("1", "2"):
        async with server.client("/") as client:
            assert await client.receive() == number
    assert record == ["made"]
    if lifespan and server.stop is not None:
        await server.stop()
        assert record == ["made", "cleaned"]


async def test_without_lifespan_a_value_is_made_once_for_the_first_who_needs_it():
    app = Application()
    made, here, all_here = [], [], asyncio.Event()

    @app.provider(scope="app")
    async def slow():
        await all_here.wait()
        made.append(1)
        return made

    @app.websocket_route("/")
    async def view(ws, slow):
        await ws.send(str(len(slow)))

    async def counting(scope, receive, send):
        here.append(scope)
        if len(here) == 3:
            all_here.set()
        await app(scope, receive, send)

    async def once():
        async with connect(counting, "/") as client:
            return await client.receive()

    assert await asyncio.gather(once(), once(), once()) == ["1"] * 3


def logging_app(log, view):
    app = Application()

    @app.provider()
    async def outer():
        yield log
        log.append("outer cleaned")

    @app.provider()
    def inner(outer):
        outer.append("inner made")
        yield outer
        outer.append("inner cleaned")

    app.websocket_route("/")(view)
    return app


@pytest.mark.parametrize("end", ["return", "raise", "vanish", "close"])
async def test_clean_up_is_in_reverse_order_however_it_ends(serving, record, end):
    """F29: also when the view fails or the client vanishes; each is made once."""

    async def view(ws, outer, inner):
        assert outer is inner
        await ws.send("ready")
        message = await ws.receive()
        if message == "raise":
            raise KeyError

    server = await serving(logging_app(record, view))
    async with server.client("/") as client:
        assert await client.receive() == "ready"
        if end == "vanish":
            client.vanish()
        elif end == "close":
            await client.close()
        else:
            await client.send(end)
        await record.reach(3)
    assert record == ["inner made", "inner cleaned", "outer cleaned"]


async def test_a_failed_clean_up_holds_no_other_up():
    """The error is the connection's: 1011, and on to the server."""
    log = []

    async def view(ws, inner, broken):
        pass

    app = Application()

    @app.provider()
    async def inner():
        yield
        log.append("cleaned")

    @app.provider()
    async def broken():
        yield
        raise KeyError("broken")

    app.websocket_route("/")(view)
    async with connect(app, "/", raise_exceptions=False) as client:
        with pytest.raises(Closed) as closed:
            await client.receive()
        assert closed.value.code == 1011
    assert isinstance(client.exception, KeyError)
    assert log == ["cleaned"]


@pytest.mark.parametrize("times", [0, 2])
async def test_a_generator_yields_once(times):
    app = Application()

    @app.provider()
    async def value():
        for _ in range(times):
            yield 1

    @app.websocket_route("/")
    async def view(ws, value):
        pass

    with pytest.raises(RuntimeError, match="provider value"):
        async with connect(app, "/") as client:
            await client.receive()


async def test_a_provider_may_look_at_the_request_and_reject_it():
    """F29, F25: it runs before accept, and gets the view's WebSocket as `ws`."""
    app = Application()

    @app.provider()
    async def user(ws):
        if "user" not in ws.query_params:
            await ws.reject(401)
        return ws.query_params["user"]

    @app.websocket_route("/")
    async def view(ws, user):
        await ws.send(user)

    async with connect(app, "/?user=Ada") as client:
        assert await client.receive() == "Ada"
    with pytest.raises(Refused) as refused:
        async with connect(app, "/"):
            pass
    assert refused.value.status == 401


async def test_a_failing_provider_refuses_the_client():
    app = Application()

    @app.provider()
    def value():
        raise KeyError("no value")

    @app.websocket_route("/")
    async def view(ws, value):
        pass

    with pytest.raises(Refused) as refused:
        async with connect(app, "/", raise_exceptions=False):
            pass
    assert refused.value.status == 403
    assert isinstance(refused.value.exception, KeyError)


async def test_providers_of_the_application_serve_its_routers():
    """F29, F32: a router need not know who supplies its views' parameters."""
    app, router = Application(), Router()

    @router.websocket_route("/")
    async def view(ws, greeting):
        await ws.send(greeting)

    @app.provider()
    def greeting():
        return "hello"

    app.include_router(router, prefix="/v1")
    async with connect(app, "/v1/") as client:
        assert await client.receive() == "hello"


def test_a_cycle_is_named():
    """F29: where it is closed, with all who are in it."""
    app = Application()

    @app.provider()
    def a(b):
        return b

    @app.provider()
    def b(c):
        return c

    def c(a):
        return a

    with pytest.raises(DeclarationError, match="cycle: c -> a -> b -> c"):
        app.provider()(c)


def test_mistakes_in_providers_are_errors_at_registration():
    app = Application()

    @app.provider()
    def connection_bound():
        return 1

    def lives_longer(connection_bound):
        return 1

    def takes_ws(ws):
        return 1

    with pytest.raises(DeclarationError, match="parentheses"):
        app.provider(takes_ws)
    with pytest.raises(DeclarationError, match="lives_longer"):
        app.provider(scope="app")(lives_longer)
    with pytest.raises(DeclarationError, match="takes_ws"):
        app.provider(scope="app")(takes_ws)
    with pytest.raises(DeclarationError, match="already"):
        app.provider(name="connection_bound")(takes_ws)
    with pytest.raises(DeclarationError, match="request"):
        app.provider(scope="request")(takes_ws)

    @app.provider()
    def lacking(nobody):
        return 1

    async def view(ws, lacking):
        pass

    with pytest.raises(DeclarationError, match="nobody"):
        app.websocket_route("/")(view)


async def test_a_failed_startup_cleans_up_what_was_made():
    app = Application()
    log = []

    @app.provider(scope="app")
    async def first():
        yield 1
        log.append("cleaned")

    @app.provider(scope="app")
    async def second(first):
        raise KeyError("second")

    with pytest.raises(RuntimeError, match="KeyError"):
        async with running(app):
            pass
    assert log == ["cleaned"]
