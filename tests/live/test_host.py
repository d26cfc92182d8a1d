"""Servers and clients on one loop: what belongs to whom is kept apart."""

from __future__ import annotations

import asyncio
import contextvars
import logging

import pytest
from websockets.asyncio.client import connect

from wslab.lab import serve
from wslab.live import OWNER, live_loop

from .ends import WAIT


def application(on_message):
    """An application that accepts, and calls `on_message(message, send)`."""

    async def app(scope, receive, send):
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            await on_message(event["text"], send)

    return app


async def echo(text, send):
    await send({"type": "websocket.send", "text": text})


async def tell(server, text):
    """Send a message, and return when the server is done with it."""
    async with connect(server.url()) as client:
        await client.send(text)
        server.settle(WAIT)


async def test_each_servers_code_has_an_owner_and_a_cells_has_none():
    owners = []

    async def note(text, send):
        owners.append(OWNER.get())
        await asyncio.create_task(asyncio.sleep(0))

    app = application(note)
    async with serve(app) as one, serve(app) as other:
        for server in (one, other, one):
            await tell(server, "x")
        assert await one.run(owner()) is owners[0]
        assert OWNER.get() is None
    first, second, third = owners
    assert first is third
    assert len({first, second, None}) == 3
    assert live_loop().tasks_of(first) == live_loop().tasks_of(second) == set()


async def owner():
    return OWNER.get()


async def test_each_server_shows_what_it_logs_itself(capsys):
    async def warn(text, send):
        logging.getLogger("uvicorn.error").warning("about %s", text)

    async with serve(application(warn)) as one, serve(application(warn)) as other:
        await tell(one, "this")
        await tell(other, "that")
    shown = capsys.readouterr().err
    assert shown.count("about this") == shown.count("about that") == 1


async def test_what_one_raises_is_not_anothers_nor_a_cells(capsys):
    async def fail(text, send):
        asyncio.get_running_loop().call_soon(divide, text)
        raise LookupError(text)

    def divide(text):
        raise ZeroDivisionError(text)

    said = []
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: said.append(context["exception"])
    )
    async with serve(application(fail)) as one, serve(application(echo)) as other:
        await tell(one, "of one")
        asyncio.get_running_loop().call_soon(divide, "of a cell")
        await asyncio.sleep(0)
        kinds = {type(error) for error in one.errors}
        assert kinds == {LookupError, ZeroDivisionError}
        assert other.errors == []
    assert [str(error) for error in said] == ["of a cell"]
    assert capsys.readouterr().err.count("of a cell") == 0


async def test_a_task_that_would_end_the_process_ends_its_server_alone(capsys):
    async def leave(text, send):
        raise KeyboardInterrupt(text)

    async with serve(application(leave)) as one, serve(application(echo)) as other:
        async with connect(one.url()) as client:
            await client.send("enough")
            await client.wait_closed()
        await one.stop()
        async with connect(other.url()) as client:
            await client.send("still here")
            assert await client.recv() == "still here"
        assert [type(error) for error in one.errors] == [KeyboardInterrupt]
        assert other.errors == []
    assert "KeyboardInterrupt: enough" in capsys.readouterr().err


async def test_a_handler_goes_on_while_a_cell_looks_and_a_client_does_not():
    log = []

    async def slow(text, send):
        for _ in range(10):
            await asyncio.sleep(0)
        log.append(text)
        await echo(text, send)

    async with serve(application(slow)) as server, connect(server.url()) as client:
        receiving = asyncio.create_task(client.recv())
        await client.send("x")
        trace = server.trace
        assert log == ["x"]
        assert not receiving.done()
        assert trace.text.count('"x"') == 4  # a frame and an event, each way
        assert await receiving == "x"


async def test_a_handler_may_look_at_its_own_server_and_at_another():
    looks = asyncio.get_running_loop().create_future()

    async def look(text, send):
        own.settle(WAIT)
        looks.set_result((own.trace, other.trace))

    async with (
        serve(application(look)) as own,
        serve(application(echo)) as other,
        connect(other.url("/other")) as client,
        connect(own.url()) as mine,
    ):
        await client.send("to the other")
        await mine.send("look")
        own_trace, other_trace = await asyncio.wait_for(looks, WAIT)
    assert own_trace.connection.path == "/"
    assert other_trace.connection.path == "/other"


async def test_a_coroutine_of_a_cells_runs_as_the_servers_in_the_cells_context():
    name = contextvars.ContextVar("name", default="nobody")
    name.set("cell")

    async def look():
        return name.get(), OWNER.get()

    async with serve(application(echo)) as server:
        seen, its_owner = await server.run(look())
    assert seen == "cell"
    assert its_owner is not None


async def test_a_server_is_stopped_while_its_starter_blocks():
    ended = []

    async def app(scope, receive, send):
        try:
            while (event := await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
        finally:
            ended.append(event["type"])

    server = await serve(app)
    server.stop_now(1)
    assert ended == ["lifespan.shutdown"]
    assert not server.running
    server.stop_now(1)
    server.settle(WAIT)


async def test_the_network_has_no_other_machine():
    async with serve(application(echo)) as server:
        with pytest.raises(OSError, match="unreachable"):
            await asyncio.open_connection("192.0.2.1", server.port)
