"""The views API on every server: F12, F14, F17 to F28."""

from __future__ import annotations

import asyncio
import json

import pytest

from wslab import (
    Application,
    InvalidMessage,
    State,
    WebSocketDisconnect,
    WebSocketStateError,
)


async def test_a_view_of_four_lines(serving):
    """F12, F23: accepted before the view, closed with 1000 after it."""
    app = Application()

    @app.websocket_route("/echo")
    async def echo(ws):
        message = await ws.receive()
        await ws.send(f"You said: {message}")

    server = await serving(app)
    async with server.client("/echo") as client:
        await client.send("hello")
        assert await client.receive() == "You said: hello"
        assert await client.ended() == (1000, "")


async def test_a_waiting_view_leaves_the_server_free(serving):
    """F13: a hundred connections at once, each answered in its turn."""
    app = Application()

    @app.websocket_route("/")
    async def echo(ws):
        async for message in ws:
            await ws.send(message)

    server = await serving(app)

    async def talk(number, all_open):
        async with server.client("/") as client:
            await all_open.wait()
            await client.send(str(number))
            return await client.receive()

    all_open = asyncio.Barrier(100)
    got = await asyncio.gather(*(talk(n, all_open) for n in range(100)))
    assert got == [str(n) for n in range(100)]


async def test_what_a_view_sees_of_the_request(serving, record):
    """F17: url, headers and query_params."""
    app = Application()

    @app.websocket_route("/look")
    async def look(ws):
        record.append((ws.url, ws.url.path, ws.url.query, ws.url.scheme))
        record.append([ws.headers[name] for name in ("X-TOKEN", "x-token")])
        record.append((ws.query_params["a"], ws.query_params.getlist("a")))
        record.append((ws.query_params["b"], "c" in ws.query_params, ws.subprotocols))
        for mapping in (ws.headers, ws.query_params):
            with pytest.raises(TypeError):
                mapping["a"] = "changed"

    server = await serving(app)
    query = "a=1&a=2%2F3&b="
    headers = [("X-Token", "t"), ("Host", "example.org")]
    if server.name == "testing":
        options = {"headers": headers}
    else:
        options = {"headers": headers[:1]}
    async with server.client(f"/look?{query}", subprotocols=["x"], **options) as client:
        assert await client.ended() == (1000, "")
    url, *parts = record[0]
    assert url.startswith("ws://")
    assert url.endswith(f"/look?{query}")
    assert parts == ["/look", query, "ws"]
    assert record[1:] == [["t", "t"], ("2/3", ["1", "2/3"]), ("", False, ["x"])]


async def test_a_session_needs_a_middleware(serving, record):
    """F18: a clear error without, the middleware's session with one."""
    app = Application()

    @app.websocket_route("/")
    async def look(ws):
        try:
            record.append(ws.session["user"])
        except RuntimeError as error:
            record.append("middleware" in str(error))

    async def with_session(scope, receive, send):
        if scope.get("path") == "/" and scope.get("query_string") == b"s":
            scope["session"] = {"user": "Ada"}
        await app(scope, receive, send)

    server = await serving(with_session)
    for path in ("/", "/?s"):
        async with server.client(path) as client:
            assert await client.ended() == (1000, "")
    assert record == [True, "Ada"]


@pytest.mark.parametrize(
    ("value_type", "sent", "value"),
    [
        ("text", "hello", "hello"),
        ("bytes", b"\x00\xff", b"\x00\xff"),
        ("json", '{"a": [1, null, "\\u00e9"]}', {"a": [1, None, "é"]}),
    ],
)
async def test_value_types(serving, record, value_type, sent, value):
    """F19: receive and send work with the route's type."""
    app = Application()

    @app.websocket_route("/", value_type=value_type)
    async def echo(ws):
        record.append(await ws.receive())
        await ws.send(record[0])

    server = await serving(app)
    async with server.client("/") as client:
        await client.send(sent)
        answer = await client.receive()
    assert record == [value]
    assert (json.loads(answer) if value_type == "json" else answer) == value


async def test_receive_and_send_types_may_differ(serving):
    """F19: receive_type and send_type."""
    app = Application()

    @app.websocket_route("/", receive_type="bytes", send_type="json")
    async def size(ws):
        await ws.send({"size": len(await ws.receive())})

    server = await serving(app)
    async with server.client("/") as client:
        await client.send(b"1234")
        assert json.loads(await client.receive()) == {"size": 4}


async def test_typed_methods_whatever_the_route_says(serving):
    """F20: receive_text, receive_bytes, receive_json and their counterparts."""
    app = Application()

    @app.websocket_route("/")
    async def echo(ws):
        await ws.send_text(await ws.receive_text())
        await ws.send_bytes(await ws.receive_bytes())
        await ws.send_json(await ws.receive_json())
        with pytest.raises(TypeError):
            await ws.send_text(b"x")
        with pytest.raises(TypeError):
            await ws.send_bytes("x")

    server = await serving(app)
    async with server.client("/") as client:
        empty = server.expect("empty messages", ["", b""])
        for content in ("", b"", "[1,{}]"):
            await client.send(content)
            if content or content in empty:
                assert await client.receive() == content
        assert await client.ended() == (1000, "")


@pytest.mark.parametrize(
    ("value_type", "sent", "code"),
    [
        ("text", b"bytes", 1003),
        ("bytes", "text", 1003),
        ("json", "{", 1007),
        ("json", "NaN", 1007),
        ("json", "[" * 1_000_000, 1007),
        ("json", b"\xff", 1007),
    ],
)
async def test_a_message_of_the_wrong_kind_closes_that_connection(
    serving, value_type, sent, code
):
    """The client's fault: its own close code, and nothing for the server to report."""
    app = Application()

    @app.websocket_route("/", value_type=value_type)
    async def take(ws):
        await ws.receive()

    server = await serving(app, ws_max_size=2**22)
    async with server.client("/") as client:
        await client.send(sent)
        assert (await client.ended())[0] == server.close(code)[0]
    assert server.raised == []


@pytest.mark.parametrize("sent", ["5", "null", "[1]", '"\\ud83d\\ude00"', '{"a":1}'])
async def test_any_json_value_passes_both_ways(serving, sent):
    """No object, no value and a lone surrogate included."""
    app = Application()

    @app.websocket_route("/", value_type="json")
    async def echo(ws):
        await ws.send(await ws.receive())

    server = await serving(app)
    async with server.client("/") as client:
        await client.send(sent)
        assert await client.receive() == sent


async def test_a_broken_message_can_be_caught(serving):
    app = Application()

    @app.websocket_route("/", value_type="json")
    async def forgiving(ws):
        with pytest.raises(InvalidMessage):
            await ws.receive()
        await ws.send(await ws.receive())

    server = await serving(app)
    async with server.client("/") as client:
        await client.send("{")
        await client.send("[]")
        assert await client.receive() == "[]"


async def test_iteration_ends_with_a_caught_code(serving, record):
    """F21, F28: 1000 by default."""
    app = Application()

    @app.websocket_route("/")
    async def collect(ws):
        record.append([message async for message in ws])

    server = await serving(app)
    async with server.client("/") as client:
        await client.send("one")
        await client.send("two")
        await client.send("")
        await client.close()
    expected = server.expect("code of the client", 1000)
    if expected == 1000:
        assert await record.reach(1) == [["one", "two", ""]]
    else:
        await server.raised.reach(1)
        assert [error.code for error in server.raised] == [expected]


@pytest.mark.parametrize(
    ("caught", "code", "silent"),
    [
        (None, None, True),
        (None, 1000, True),
        (None, 1001, True),
        (None, 4000, False),
        ((4000,), 4000, True),
        ((4000,), 1000, False),
        ((), 1000, False),
        (all, 4000, True),
    ],
)
async def test_caught_close_codes(serving, record, caught, code, silent):
    """F28: silenced for these codes; a browser's plain close() is a 1005."""
    app = Application()
    options = {} if caught is None else {"caught_close_codes": caught}

    @app.websocket_route("/", **options)
    async def wait(ws):
        try:
            await ws.receive()
        except WebSocketDisconnect as disconnect:
            record.append((disconnect.code, disconnect.reason))
            raise

    server = await serving(app)
    async with server.client("/") as client:
        await client.close(code, "bye" if code else "")
    expected = server.expect("code of the client", code or 1005)
    reason = server.expect("reason of the client", "bye" if code else "")
    assert await record.reach(1) == [(expected, reason)]
    if expected != (code or 1005):
        silent = caught is all
    if not silent:
        await server.raised.reach(1)
    assert [type(e) for e in server.raised] == [WebSocketDisconnect] * (not silent)


async def test_raw_events_are_tracked(serving, record):
    """F22: receive_event and send_event, from connect to disconnect."""
    app = Application()

    @app.websocket_route("/", auto_accept=False)
    async def raw(ws):
        record.append(await ws.receive_event())
        await ws.send_event({"type": "websocket.accept"})
        assert ws.state is State.OPEN
        event = await ws.receive_event()
        record.append(event)
        await ws.send_event({"type": "websocket.send", "text": event["text"]})
        record.append((await ws.receive_event())["type"])
        with pytest.raises(WebSocketDisconnect):
            await ws.receive_event()
        record.append(ws.state)

    server = await serving(app)
    async with server.client("/") as client:
        await client.send("raw")
        assert await client.receive() == "raw"
        await client.close()
    assert await record.reach(4) == [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "raw"},
        "websocket.disconnect",
        State.CLOSED,
    ]


async def test_an_illegal_raw_event_is_refused(serving):
    """F22: the state machine holds for raw events too."""
    app = Application()

    @app.websocket_route("/", value_type="event")
    async def raw(ws):
        with pytest.raises(WebSocketStateError):
            await ws.send({"type": "websocket.accept"})
        with pytest.raises(WebSocketStateError):
            await ws.send({"type": "websocket.send"})
        with pytest.raises(ValueError, match="1005"):
            await ws.send({"type": "websocket.close", "code": 1005})
        with pytest.raises(ValueError, match="unknown"):
            await ws.send({"type": "unknown"})
        await ws.send({"type": "websocket.close", "code": 4000, "reason": "raw"})

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == server.close(4000, "raw")
    assert server.raised == []


async def test_manual_accept_and_close(serving):
    """F23: auto_accept=False."""
    app = Application()

    @app.websocket_route("/", auto_accept=False)
    async def manual(ws):
        await ws.accept("chat", headers=[(b"x-one", b"1")])
        await ws.close(4000, "done")

    server = await serving(app)
    async with server.client("/", subprotocols=["chat"]) as client:
        header = server.expect("header of accept", "1")
        assert (client.subprotocol, client.headers.get("x-one")) == ("chat", header)
        assert await client.ended() == server.close(4000, "done")


@pytest.mark.parametrize("auto_accept", [True, False])
async def test_the_context_manager_accepts_and_closes(serving, record, auto_accept):
    """F24: also in a view that was accepted already."""
    app = Application()

    @app.websocket_route("/", auto_accept=auto_accept)
    async def view(ws):
        async with ws:
            await ws.send("inside")
        record.append((ws.state, ws.code))
        with pytest.raises(WebSocketStateError):
            await ws.close()
        await ws.ensure_closed()
        record.append("after")

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.receive() == "inside"
        assert await client.ended() == (1000, "")
    assert await record.reach(2) == [(State.CLOSED, 1000), "after"]


async def test_closing_inside_the_block_is_fine(serving):
    """F24: a second close is an error, leaving the block is none."""
    app = Application()

    @app.websocket_route("/", auto_accept=False)
    async def view(ws):
        async with ws:
            await ws.close(4000)
            with pytest.raises(RuntimeError):
                await ws.close(4001)

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == (4000, "")
    assert server.raised == []


async def test_an_exception_in_the_block_closes_with_1011(serving):
    """F24, F26: leaving the block by an error is no normal close."""
    app = Application()

    @app.websocket_route("/", auto_accept=False)
    async def view(ws):
        async with ws:
            raise KeyError("oops")

    server = await serving(app)
    async with server.client("/") as client:
        assert (await client.ended())[0] == server.close(1011)[0]
    assert [type(error) for error in await server.raised.reach(1)] == [KeyError]


@pytest.mark.parametrize("key", [None, "wrong", "s3kr3t"])
async def test_reject_ends_the_view(serving, record, key):
    """F25: with no return after it, nothing of the body runs for a rejected client."""
    app = Application()

    @app.websocket_route("/", auto_accept=False)
    async def hello(ws):
        try:
            if ws.headers.get("api-key") != "s3kr3t":
                await ws.reject(401, body=b"no key")
        except Exception:
            record.append("caught")
        record.append("authorised")
        async with ws:
            await ws.send("welcome")

    server = await serving(app)
    headers = [("API-Key", key)] if key else []
    if key == "s3kr3t":
        async with server.client("/", headers=headers) as client:
            assert await client.receive() == "welcome"
        assert record == ["authorised"]
    else:
        refusal = await server.refused("/", headers=headers)
        expected = server.expect("refusal", (401, b"no key"))
        assert (refusal.status, refusal.body) == expected
        assert record == []
    assert server.raised == []


async def test_reject_after_accept_is_refused(serving, record):
    """F25: in an auto-accepted view it is an error, and the body ends there."""
    app = Application()

    @app.websocket_route("/")
    async def hello(ws):
        await ws.reject()
        record.append("went on")

    server = await serving(app)
    async with server.client("/") as client:
        assert (await client.ended())[0] == server.close(1011)[0]
    (error,) = await server.raised.reach(1)
    assert isinstance(error, WebSocketStateError)
    assert "auto_accept=False" in str(error)
    assert record == []


async def test_an_unhandled_exception(serving):
    """F26: 1011 for an accepted client, and the exception goes on to the server."""
    app = Application()

    @app.websocket_route("/")
    async def fail(ws):
        raise ZeroDivisionError

    server = await serving(app)
    async with server.client("/") as client:
        assert (await client.ended())[0] == server.close(1011)[0]
    raised = await server.raised.reach(1)
    assert [type(error) for error in raised] == [ZeroDivisionError]
