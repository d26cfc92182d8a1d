"""F34 the lifespan of an application that is served."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from websockets.asyncio.client import connect

from wslab.lab import LifespanError, serve

from .held import nothing_left


def lifespan_app(startup=None, shutdown=None):
    """An application that answers each phase with an event or by raising."""

    async def app(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            return
        for phase, answer in (("startup", startup), ("shutdown", shutdown)):
            await receive()
            if isinstance(answer, BaseException):
                raise answer
            await send(answer or {"type": f"lifespan.{phase}.complete"})

    return app


async def test_start_up_and_shutdown_are_announced():
    seen = []

    async def app(scope, receive, send):
        while scope["type"] == "lifespan":
            event = await receive()
            seen.append(event["type"])
            await send({"type": f"{event['type']}.complete"})

    async with serve(app):
        assert seen == ["lifespan.startup"]
    assert seen == ["lifespan.startup", "lifespan.shutdown"]


async def test_a_failed_start_up_is_raised_with_its_message(capsys):
    answer = {"type": "lifespan.startup.failed", "message": "no database"}
    async with nothing_left():
        with pytest.raises(LifespanError, match="startup failed: no database"):
            await serve(lifespan_app(startup=answer))
    assert capsys.readouterr().err == ""


async def test_a_start_up_that_raises_is_the_cause(capsys):
    error = ConnectionError("no database")
    with pytest.raises(LifespanError, match="ConnectionError: no database") as raised:
        await serve(lifespan_app(startup=error))
    assert raised.value.__cause__ is error
    assert error.__traceback__.tb_frame.f_code.co_filename == __file__
    assert capsys.readouterr().err == ""


class Quits(BaseException):
    """What is neither an Exception nor known to anyone."""


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("no text")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (asyncio.CancelledError(), "CancelledError"),
        (Quits("now"), "Quits: now"),
        (Unprintable(), "Unprintable: <exception str() failed>"),
    ],
    ids=lambda it: type(it).__name__,
)
async def test_a_start_up_that_would_end_the_process_fails(error, text, capsys):
    with pytest.raises(LifespanError, match="startup failed: ") as raised:
        await serve(lifespan_app(startup=error))
    assert str(raised.value).endswith(text)
    assert raised.value.__cause__ is error
    assert capsys.readouterr().err == ""


async def test_an_application_that_exits_when_it_is_called_fails():
    async def app(scope, receive, send):
        raise SystemExit("no configuration")

    with pytest.raises(LifespanError, match="call failed: SystemExit: no config"):
        await serve(app)


async def test_an_application_that_takes_each_scope_for_a_websocket_is_served():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4000})

    async with serve(app) as server, connect(server.url()) as ws:
        await ws.wait_closed()
    assert ws.close_code == 4000
    with pytest.raises(LifespanError, match="call failed: AssertionError"):
        await serve(app, lifespan="on")


async def test_what_a_failed_start_up_says_is_bounded():
    with pytest.raises(LifespanError, match="characters left out") as raised:
        await serve(lifespan_app(startup=ValueError("x" * 8_000_000)))
    assert len(str(raised.value)) < 30_000


async def test_a_shutdown_that_would_end_the_process_is_raised_by_stop():
    server = await serve(lifespan_app(shutdown=SystemExit(3)))
    with pytest.raises(LifespanError, match="shutdown failed: SystemExit: 3"):
        await server.stop()


async def test_a_failed_shutdown_is_raised_by_stop():
    error = OSError("disk full")
    server = await serve(lifespan_app(shutdown=error))
    with pytest.raises(LifespanError, match="shutdown failed: OSError: disk full"):
        await server.stop()
    assert not server.running
    await server.stop()


async def websocket_only(scope, receive, send):
    assert scope["type"] == "websocket", "no lifespan here"
    await receive()
    await send({"type": "websocket.accept"})


async def test_an_application_without_a_lifespan_is_served():
    async with serve(websocket_only) as server, connect(server.url()):
        pass


async def test_a_lifespan_can_be_required():
    with pytest.raises(LifespanError, match="no lifespan here"):
        await serve(websocket_only, lifespan="on")


async def test_a_lifespan_can_be_left_out():
    app = lifespan_app(startup=ConnectionError("no database"))
    async with serve(app, lifespan="off") as server, connect(server.url()):
        pass


SCRIPT = """
import asyncio
from wslab.lab import serve

async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        event = await receive()
        print(event["type"], flush=True)
        await send({"type": event["type"] + ".complete"})

async def main():
    await serve(app)

asyncio.run(main())
"""


@pytest.mark.threads("a script has an ordinary loop")
async def test_a_script_that_forgets_its_server_ends_and_shuts_it_down():
    script = [sys.executable, "-W", "error", "-c", SCRIPT]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = await asyncio.create_subprocess_exec(*script, **pipes)
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert output.decode().split() == ["lifespan.startup", "lifespan.shutdown"]
    assert process.returncode == 0


async def test_a_start_that_is_cancelled_leaves_nothing():
    loop, begun = asyncio.get_running_loop(), asyncio.Event()

    async def slow(scope, receive, send):
        loop.call_soon_threadsafe(begun.set)
        await asyncio.Event().wait()

    async with nothing_left():
        starting = asyncio.ensure_future(_await(serve(slow)))
        await asyncio.wait_for(begun.wait(), 30)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        del starting


async def _await(starting):
    return await starting
