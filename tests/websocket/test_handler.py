"""The handler API on every server: F1 to F7 and F9."""

from __future__ import annotations

import asyncio

import pytest

from wslab import Application, State, WebSocketStateError


async def test_a_handler_gets_scope_info_matches_and_web_socket(serving):
    """F1, F9: four arguments, the third with what the path gave."""
    app = Application(info={"greeting": "hello"})

    @app.on_ws_request("/rooms/{room}")
    async def greet(scope, info, matches, web_socket):
        await web_socket.accept()
        await web_socket.send(f"{info['greeting']} {matches['room']} {scope['type']}")

    server = await serving(app)
    async with server.client("/rooms/a%20b") as client:
        assert await client.receive() == "hello a b websocket"


async def test_the_chosen_subprotocol_and_headers_reach_the_client(serving):
    """F2: accept(subprotocol, headers), names in any case, str or bytes."""
    app = Application()

    @app.on_ws_request("/")
    async def choose(scope, info, matches, web_socket):
        await web_socket.accept("chat", [("X-One", "1"), ("x-two", "2")])

    server = await serving(app)
    async with server.client("/", subprotocols=["echo", "chat"]) as client:
        assert client.subprotocol == "chat"
        expected = [server.expect("header of accept", value) for value in "12"]
        assert [client.headers.get(name) for name in ("x-one", "x-two")] == expected


@pytest.mark.parametrize(
    ("subprotocol", "headers"),
    [
        ("other", None),
        (None, [("Sec-WebSocket-Protocol", "chat")]),
        (None, [(b":status", b"200")]),
        (None, [("x", "1\r\nset-cookie: a=b")]),
    ],
)
async def test_what_accept_may_not_say_is_an_error(
    serving, record, subprotocol, headers
):
    """F2: a subprotocol that was not offered, and headers that break the handshake."""
    app = Application()

    @app.on_ws_request("/")
    async def choose(scope, info, matches, web_socket):
        with pytest.raises(ValueError, match=r"subprotocol|header") as error:
            await web_socket.accept(subprotocol, headers)
        record.append(error.value)
        assert web_socket.state is State.CONNECTING
        await web_socket.accept()

    server = await serving(app)
    async with server.client("/", subprotocols=["chat"]) as client:
        assert await client.ended() == (1000, "")
    assert len(record) == 1


async def test_messages_keep_their_type_and_empty_ones_are_messages(serving, record):
    """F3, F35, F42: text and binary, empty ones too; None at the end, and again."""
    app = Application()

    @app.on_ws_request("/")
    async def echo(scope, info, matches, web_socket):
        await web_socket.accept()
        while (message := await web_socket.receive()) is not None:
            await web_socket.send(message)
        record.append(await web_socket.receive())
        record.append(await web_socket.receive())

    server = await serving(app)
    async with server.client("/") as client:
        empty = server.expect("empty messages", ["", b""])
        for message in ("hello", b"\x00\xff", *empty, "é\N{SNOWMAN}"):
            await client.send(message)
            assert await client.receive() == message
    await record.reach(2)
    assert record == [None, None]
    assert server.raised == []


@pytest.mark.parametrize("content", [5, None, bytearray(b"x"), ["x"]])
async def test_only_str_and_bytes_can_be_sent(serving, content):
    """F4: anything else is a TypeError, and the connection goes on."""
    app = Application()

    @app.on_ws_request("/")
    async def send(scope, info, matches, web_socket):
        await web_socket.accept()
        with pytest.raises(TypeError, match=type(content).__name__):
            await web_socket.send(content)
        await web_socket.send("fine")

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.receive() == "fine"


async def test_text_without_utf8_form_is_an_error_and_the_connection_goes_on(serving):
    """A lone surrogate is the sender's error, not a disconnect."""
    app = Application()

    @app.on_ws_request("/")
    async def send(scope, info, matches, web_socket):
        await web_socket.accept()
        with pytest.raises(ValueError, match="surrogates"):
            await web_socket.send("\ud800")
        await web_socket.send("fine")

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.receive() == "fine"


async def test_code_and_reason_are_none_until_closed(serving, record):
    """F5, F6: close(code, reason) reaches the client; code and reason tell of it."""
    app = Application()

    @app.on_ws_request("/")
    async def close(scope, info, matches, web_socket):
        await web_socket.accept()
        record.append((web_socket.code, web_socket.reason, web_socket.closed_by))
        await web_socket.close(4001, "enough")
        record.append((web_socket.code, web_socket.reason, web_socket.closed_by))
        record.append(await web_socket.receive())
        with pytest.raises(WebSocketStateError):
            await web_socket.close()
        with pytest.raises(WebSocketStateError):
            await web_socket.send("late")

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == server.close(4001, "enough")
    await record.reach(3)
    assert record == [(None, None, None), (4001, "enough", "server"), None]
    assert server.raised == []


async def test_the_clients_code_and_reason_are_kept_and_a_close_is_harmless(
    serving, record
):
    """F5, F6: after the client's close the handler may close too."""
    app = Application()

    @app.on_ws_request("/")
    async def wait(scope, info, matches, web_socket):
        await web_socket.accept()
        await web_socket.receive()
        await web_socket.close(4000)
        record.append((web_socket.code, web_socket.reason, web_socket.closed_by))

    server = await serving(app)
    async with server.client("/") as client:
        await client.close(4321, "bye")
    await record.reach(1)
    code = server.expect("code of the client", 4321)
    assert record == [(code, server.expect("reason of the client", "bye"), "client")]


async def test_a_close_before_accept_refuses_with_403(serving, record):
    """F7: the code goes nowhere; the client sees an HTTP status."""
    app = Application()

    @app.on_ws_request("/")
    async def refuse(scope, info, matches, web_socket):
        await web_socket.close(4000)
        record.append((web_socket.state, web_socket.code, await web_socket.receive()))

    server = await serving(app)
    assert (await server.refused("/")).status == 403
    await record.reach(1)
    assert record == [(State.CLOSED, 1006, None)]


async def test_steps_before_accept_are_errors(serving):
    """Nothing but accept, reject and close is possible before accept."""
    app = Application()

    @app.on_ws_request("/")
    async def early(scope, info, matches, web_socket):
        with pytest.raises(WebSocketStateError, match="before accept"):
            await web_socket.send("early")
        with pytest.raises(WebSocketStateError, match="before accept"):
            await web_socket.receive()
        await web_socket.accept()
        with pytest.raises(WebSocketStateError, match="open"):
            await web_socket.accept()
        with pytest.raises(WebSocketStateError, match="open"):
            await web_socket.reject()
        await web_socket.send("fine")

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.receive() == "fine"
    assert server.raised == []


async def test_a_second_reader_is_an_error(serving):
    """One task may receive; the other learns so at once."""
    app = Application()

    @app.on_ws_request("/")
    async def two(scope, info, matches, web_socket):
        await web_socket.accept()
        readers = [asyncio.create_task(web_socket.receive()) for _ in range(2)]
        await asyncio.wait(readers, return_when=asyncio.FIRST_COMPLETED)
        first, second = readers
        with pytest.raises(WebSocketStateError, match="another task"):
            second.result()
        await web_socket.send("ready")
        await web_socket.send(await first)

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.receive() == "ready"
        await client.send("one")
        assert await client.receive() == "one"


async def test_many_tasks_may_send(serving):
    """Concurrent senders: nothing is lost."""
    app = Application()

    @app.on_ws_request("/")
    async def shout(scope, info, matches, web_socket):
        await web_socket.accept()
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(web_socket.send(str(number)))

    server = await serving(app)
    async with server.client("/") as client:
        got = {await client.receive() for _ in range(50)}
    assert got == {str(number) for number in range(50)}
