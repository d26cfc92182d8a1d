"""Where the output and the failures of handlers appear."""

from __future__ import annotations

import asyncio
import gc

import pytest
from websockets.asyncio.client import connect

from wslab.lab import serve


async def accept(receive, send):
    await receive()
    await send({"type": "websocket.accept"})


async def fails_on_a_message(scope, receive, send):
    if scope["type"] == "websocket":
        await accept(receive, send)
        try:
            await receive()
            raise KeyError("state")
        except KeyError as error:
            raise ValueError("boom") from error


async def provoke(server, message="x"):
    async with connect(server.url()) as client:
        await client.send(message)
        await client.wait_closed()


async def test_f26_a_traceback_is_shown_once_and_has_the_handlers_frames_only(capsys):
    async with serve(fails_on_a_message) as server:
        await provoke(server)
        server.settle(30)
    shown = capsys.readouterr().err
    assert shown.count("ValueError: boom") == 1
    assert shown.count("KeyError: 'state'") == 1
    assert 'raise ValueError("boom") from error' in shown
    assert "uvicorn" not in shown
    assert shown.count("File ") == 2


async def test_f26_an_exception_is_there_for_an_assert():
    async with serve(fails_on_a_message) as server:
        await provoke(server)
        (error,) = server.errors
        assert isinstance(error, ValueError)
        assert isinstance(error.__cause__, KeyError)


async def test_each_server_has_its_own_errors():
    async with serve(fails_on_a_message) as one, serve(fails_on_a_message) as other:
        await provoke(one)
        assert len(one.errors) == 1
        assert other.errors == []


async def test_what_is_kept_of_the_errors_is_bounded():
    async def app(scope, receive, send):
        if scope["type"] == "http":
            raise ValueError(scope["path"])

    async with serve(app) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for number in range(110):
            writer.write(f"GET /{number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            await reader.readuntil(b"Internal Server Error")
            if number < 109:
                reader, writer = await _again(writer, server)
        writer.close()
        errors = server.errors
    assert [str(errors[0]), str(errors[-1])] == ["/10", "/109"]


async def _again(writer, server):
    writer.close()
    await writer.wait_closed()
    return await asyncio.open_connection("127.0.0.1", server.port)


async def test_a_background_task_that_fails_is_shown_and_kept(capsys):
    async def broken():
        raise ZeroDivisionError("in the background")

    async def app(scope, receive, send):
        if scope["type"] == "websocket":
            await accept(receive, send)
            asyncio.get_running_loop().create_task(broken())
            await receive()

    async with serve(app) as server:
        await provoke(server)
        assert [type(error) for error in server.errors] == [ZeroDivisionError]
    assert capsys.readouterr().err.count("ZeroDivisionError: in the background") == 1


async def test_a_mistake_that_is_no_exception_is_shown(capsys):
    async def forgets(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()

    async with serve(forgets) as server:
        try:
            await connect(server.url())
        except Exception as refused:
            assert "HTTP 500" in str(refused)  # noqa: PT017 - the server's answer
        server.settle(30)
    assert "without completing handshake" in capsys.readouterr().err


async def test_an_exception_where_only_uvicorn_has_frames_keeps_them(capsys):
    async with serve(_not_awaitable) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"Internal Server Error")
        writer.close()
        assert len(server.errors) == 1
    assert "File " in capsys.readouterr().err


def _not_awaitable(scope, receive, send):
    return None


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("no text")

    __repr__ = __str__


async def raised_by_a_handler(error, capsys):
    """What a cell shows of an exception that a handler raises."""

    async def app(scope, receive, send):
        if scope["type"] == "websocket":
            await accept(receive, send)
            await receive()  # so that the client has sent before it loses us
            raise error

    async with serve(app) as server:
        await provoke(server)
        assert server.errors == [error]
    return capsys.readouterr().err


async def test_an_exception_without_a_text_is_shown(capsys):
    shown = await raised_by_a_handler(Unprintable(), capsys)
    assert "Unprintable: <exception str() failed>" in shown


async def test_a_huge_text_is_cut_in_its_middle(capsys):
    text = "begins " + "x" * 8_000_000 + " ends"
    shown = await raised_by_a_handler(ValueError(text), capsys)
    assert "ValueError: begins x" in shown
    assert "characters left out" in shown
    assert shown.endswith("x ends\n")
    assert len(shown) < 30_000


@pytest.mark.system("Python ends where a worker's stack is too small to forget them")
async def test_a_long_chain_of_exceptions_is_shown(capsys):
    last = first = ValueError("the first")
    for number in range(3000):
        last.__cause__ = ValueError(str(number))
        last = last.__cause__
    assert "ValueError: the first" in await raised_by_a_handler(first, capsys)


async def test_a_task_that_ends_the_loop_is_shown_and_the_server_stopped(capsys):
    async def leave():
        raise SystemExit("a task has had enough")

    async def app(scope, receive, send):
        if scope["type"] == "websocket":
            await accept(receive, send)
            task = asyncio.get_running_loop().create_task(leave())
            await asyncio.wait([task])

    server = await serve(app)
    async with connect(server.url()) as client:
        await client.wait_closed()
    await server.stop()
    assert not server.running
    assert [type(error) for error in server.errors] == [SystemExit]
    del server
    async with serve(app):
        gc.collect()  # asyncio tells of the task again when it goes, in whatever cell
    assert capsys.readouterr().err.count("SystemExit: a task has had enough") == 1
