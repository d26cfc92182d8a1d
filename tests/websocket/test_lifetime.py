"""What an application does when it starts and when it ends."""

from __future__ import annotations

import asyncio
import threading

import pytest

from wslab import Application
from wslab.testing import connect, running


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
    if not server.expect("lifespan", True):
        pytest.skip("it does not start applications")
    await record.reach(1)
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


@pytest.mark.threads("each server has one of its own")
async def test_servers_in_threads_of_their_own_can_start_together():
    """As those that a notebook starts; each has an event loop."""
    app = Application()
    log = []
    waiting = threading.Barrier(3)

    @app.on_startup
    async def begin():
        await asyncio.to_thread(waiting.wait, 30)
        log.append("startup")

    @app.on_shutdown
    def end():
        log.append("shutdown")

    async def another():
        starting = asyncio.create_task(app.startup())
        await asyncio.sleep(0)
        waiting.wait(30)
        await starting
        log.append("another")

    first = asyncio.create_task(app.startup())
    await asyncio.sleep(0)
    await asyncio.gather(*[asyncio.to_thread(asyncio.run, another()) for _ in "ab"])
    await first
    assert log == ["startup", "another", "another"]
    for _ in range(3):
        await app.shutdown()
    assert log[3:] == ["shutdown"]


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


def test_startup_makes_anew_what_was_made_on_a_loop_that_has_ended():
    """Values that a first server without a lifespan has left are of no use."""
    app = Application()

    @app.provider(scope="app")
    async def loop():
        return asyncio.get_running_loop()

    @app.websocket_route("/")
    async def view(ws, loop):
        await ws.send(str(loop is asyncio.get_running_loop()))

    async def ask(lifespan):
        async with connect(app, "/", lifespan=lifespan) as client:
            return await client.receive()

    assert asyncio.run(ask(lifespan=False)) == "True"
    assert asyncio.run(ask(lifespan=True)) == "True"
