"""`wslab.testing.connect`: what a test's client sees of raw ASGI applications."""

from __future__ import annotations

import asyncio

import pytest

from wslab.testing import Closed, IllegalEvent, Refused, connect


def application(*events, then=None):
    """An application that sends `events` after websocket.connect, then runs `then`."""

    async def app(scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        for event in events:
            await send(event)
        if then is not None:
            await then(scope, receive, send)

    return app


ACCEPT = {"type": "websocket.accept"}
SOON = 1.0  # seconds until a wait that is in vain ends; no other takes as long


async def until_disconnect(scope, receive, send):
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def echo(scope, receive, send):
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})


async def test_text_bytes_and_empty_messages_are_echoed():
    """F35: the type of a message follows the frame, and an empty one is a message."""
    async with connect(application(ACCEPT, then=echo)) as client:
        for message in ("hello", b"\x00\xff", "", b""):
            await client.send(message)
            assert await client.receive() == message


async def test_the_scope_is_that_of_the_request():
    seen = {}

    async def look(scope, receive, send):
        seen.update(scope)

    app = application({"type": "websocket.close"}, then=look)
    with pytest.raises(Refused):
        async with connect(
            app,
            "/a%20b?x=1%2F2",
            headers=[("X-Token", "t"), ("Host", "example.org")],
            subprotocols=["chat", "echo"],
            origin="http://example.org",
            cookies={"id": "7", "b": "c"},
        ):
            pass
    assert seen["path"] == "/a b"
    assert seen["raw_path"] == b"/a%20b"
    assert seen["query_string"] == b"x=1%2F2"
    assert seen["subprotocols"] == ["chat", "echo"]
    headers = dict(seen["headers"])
    assert headers[b"x-token"] == b"t"
    assert headers[b"origin"] == b"http://example.org"
    assert headers[b"cookie"] == b"id=7; b=c"
    assert headers[b"sec-websocket-protocol"] == b"chat, echo"
    assert [value for name, value in seen["headers"] if name == b"host"] == [
        b"example.org"
    ]


async def test_a_path_is_escaped_as_clients_do():
    seen = {}

    async def look(scope, receive, send):
        seen.update(scope)

    async with connect(application(ACCEPT, then=look), "/é b%2F?q=é"):
        pass
    assert (seen["path"], seen["raw_path"]) == ("/é b/", b"/%C3%A9%20b%2F")
    assert seen["query_string"] == b"q=%C3%A9"


async def test_accept_gives_the_subprotocol_and_headers():
    """F2."""
    accept = {**ACCEPT, "subprotocol": "chat", "headers": [(b"x-a", b"1")]}
    app = application(accept, then=until_disconnect)
    async with connect(app, subprotocols=["chat"]) as client:
        assert client.subprotocol == "chat"
        assert client.headers == [("x-a", "1")]
        assert client.code is None


async def test_a_close_before_accept_is_a_403():
    """F7: there is no close code, for there is no connection."""
    events = []

    async def after(scope, receive, send):
        events.append(await receive())

    app = application({"type": "websocket.close", "code": 4000}, then=after)
    with pytest.raises(Refused) as refused:
        async with connect(app):
            pass
    assert refused.value.status == 403
    assert events == [{"type": "websocket.disconnect", "code": 1006, "reason": ""}]


async def test_a_denial_response_is_seen_whole():
    """F40."""
    start = {
        "type": "websocket.http.response.start",
        "status": 401,
        "headers": [(b"www-authenticate", b"Bearer")],
    }
    body = {"type": "websocket.http.response.body"}
    app = application(
        start, {**body, "body": b"no ", "more_body": True}, {**body, "body": b"token"}
    )
    with pytest.raises(Refused) as refused:
        async with connect(app):
            pass
    assert refused.value.status == 401
    assert refused.value.headers == [("www-authenticate", "Bearer")]
    assert refused.value.body == b"no token"


@pytest.mark.parametrize("code", [1000, 1011, 3000, 4999])
async def test_the_applications_close_is_seen_after_its_messages(code):
    """F5."""
    app = application(
        ACCEPT,
        {"type": "websocket.send", "text": "last"},
        {"type": "websocket.close", "code": code, "reason": "done"},
        then=until_disconnect,
    )
    async with connect(app) as client:
        assert await client.receive() == "last"
        with pytest.raises(Closed) as closed:
            await client.receive()
        assert (closed.value.code, closed.value.reason) == (code, "done")
        assert (client.code, client.reason) == (code, "done")
        with pytest.raises(Closed):
            await client.send("too late")


@pytest.mark.parametrize(
    ("code", "seen"), [(1000, 1000), (None, 1005), (4001, 4001), ("abort", 1006)]
)
async def test_the_application_sees_how_the_client_left(code, seen):
    """F41: a close without a code is 1005, a vanished client 1006."""
    last = []

    async def note(scope, receive, send):
        last.append(await receive())

    async with connect(application(ACCEPT, then=note)) as client:
        if code == "abort":
            client.abort()
        else:
            await client.close(code)
        with pytest.raises(Closed):
            await client.receive()
    assert last == [{"type": "websocket.disconnect", "code": seen, "reason": ""}]


@pytest.mark.parametrize("version", ["2.3", "2.4", "2.5"])
async def test_a_send_after_the_client_has_gone(version):
    """An OSError from spec_version 2.4 on, and nothing before."""
    outcome = []

    async def send_on(scope, receive, send):
        event = await receive()
        try:
            await send({"type": "websocket.send", "text": "anyone?"})
        except OSError as error:
            outcome.append(type(error).__mro__.index(OSError) > 0)
        outcome.append("reason" in event)

    async with connect(
        application(ACCEPT, then=send_on), spec_version=version
    ) as client:
        client.abort()
    assert (
        outcome == {"2.3": [False], "2.4": [True, False], "2.5": [True, True]}[version]
    )


async def test_a_handler_that_returns_leaves_a_1006():
    """Servers send no close frame for it: the client finds the connection gone."""
    async with connect(application(ACCEPT)) as client:
        with pytest.raises(Closed) as closed:
            await client.receive()
    assert closed.value.code == 1006


async def fail(scope, receive, send):
    raise LookupError("no such room")


async def test_the_handlers_exception_surfaces_in_the_pending_call():
    with pytest.raises(LookupError, match="no such room"):
        async with connect(application(ACCEPT, then=fail)) as client:
            await client.receive()


async def test_an_exception_that_the_test_has_seen_does_not_return_at_the_exit():
    async with connect(application(ACCEPT, then=fail)) as client:
        with pytest.raises(LookupError):
            await client.receive()


async def test_the_handlers_exception_surfaces_at_the_exit():
    async def fail_late(scope, receive, send):
        await until_disconnect(scope, receive, send)
        await fail(scope, receive, send)

    with pytest.raises(LookupError):
        async with connect(application(ACCEPT, then=fail_late)):
            pass


async def test_the_tests_own_failure_goes_first_and_has_the_handlers_as_a_note():
    async def fail_late(scope, receive, send):
        await until_disconnect(scope, receive, send)
        await fail(scope, receive, send)

    with pytest.raises(AssertionError) as failure:
        async with connect(application(ACCEPT, then=fail_late)):
            raise AssertionError("mine")
    assert any("no such room" in note for note in failure.value.__notes__)


async def test_an_exception_before_accept_surfaces():
    with pytest.raises(LookupError):
        async with connect(application(then=fail)):
            pass


@pytest.mark.parametrize("then", [fail, None])
async def test_only_what_a_remote_client_sees(then):
    """Without an answer before accept: 500; after accept: 1006."""
    with pytest.raises(Refused) as refused:
        async with connect(application(then=then), raise_exceptions=False):
            pass
    assert refused.value.status == 500
    assert isinstance(refused.value.exception, LookupError | None)
    async with connect(
        application(ACCEPT, then=then), raise_exceptions=False
    ) as client:
        with pytest.raises(Closed) as closed:
            await client.receive()
    assert closed.value.code == 1006
    assert (client.exception is None) == (then is None)


@pytest.mark.parametrize(
    ("events", "names"),
    [
        ([ACCEPT, ACCEPT], ["websocket.accept", "open"]),
        ([{"type": "websocket.send", "text": ""}], ["websocket.send", "not accepted"]),
        ([ACCEPT, {"type": "websocket.send"}], ["exactly one"]),
        (
            [ACCEPT, {"type": "websocket.send", "text": "", "bytes": b""}],
            ["exactly one"],
        ),
        ([ACCEPT, {"type": "websocket.send", "text": b""}], ["exactly one"]),
        ([ACCEPT, {"type": "websocket.send", "text": "\ud800"}], ["UTF-8"]),
        ([ACCEPT, {"type": "websocket.close", "code": 1005}], ["1005"]),
        ([ACCEPT, {"type": "websocket.close", "code": 403}], ["403"]),
        ([ACCEPT, {"type": "websocket.close", "reason": "é" * 62}], ["123 bytes"]),
        ([ACCEPT, {"type": "websocket.close", "reason": 0}], ["reason"]),
        ([ACCEPT, *[{"type": "websocket.close"}] * 2], ["closed by the application"]),
        ([{**ACCEPT, "subprotocol": "chat"}], ["'chat'", "none of"]),
        ([{**ACCEPT, "headers": [(b"sec-websocket-protocol", b"")]}], ["protocol"]),
        ([{**ACCEPT, "headers": [("x-a", "1")]}], ["bytes"]),
        ([{**ACCEPT, "headers": [(b"x-a", b"1\r\nx-b: 2")]}], ["line break"]),
        ([{**ACCEPT, "headers": [(b"x-a",)]}], ["pair of bytes"]),
        ([{**ACCEPT, "headers": [7]}], ["no pairs"]),
        ([{**ACCEPT, "headers": 7}], ["no pairs"]),
        ([ACCEPT, {"type": "http.response.start"}], ["http.response.start", "open"]),
        ([{"type": "websocket.http.response.start", "status": 7}], ["status 7"]),
        ([{"type": "websocket.http.response.start", "status": 401}], ["denial"]),
        ([ACCEPT, {}], ["{}"]),
    ],
)
async def test_an_illegal_event_names_itself_and_the_state(events, names):
    with pytest.raises(IllegalEvent) as illegal:
        async with connect(application(*events)):
            pass
    for name in names:
        assert name in str(illegal.value)


@pytest.mark.parametrize(
    "value",
    [b"\x00", b"\x01", b"\x1b[2J", b"a\x7f", b"a\nb", b"a\rb", b" a", b"a ", b"\ta"],
)
async def test_a_header_value_that_http_forbids(value):
    """RFC 9110 section 5.5: no control characters, and no spaces around it."""
    accept = {**ACCEPT, "headers": [(b"x-a", value)]}
    denial = {
        "type": "websocket.http.response.start",
        "status": 401,
        "headers": [(b"x-a", value)],
    }
    for event in (accept, denial):
        with pytest.raises(IllegalEvent, match=r"RFC 9110 section 5\.5"):
            async with connect(application(event)):
                pass


@pytest.mark.parametrize(
    "name", [b"", b"x a", b"x:", b"X-A", b"x\x01", b"x\xe9", b":x"]
)
async def test_a_header_name_that_is_no_token_in_lower_case(name):
    """RFC 9110 section 5.1; ASGI wants lower case."""
    with pytest.raises(IllegalEvent, match="with header"):
        async with connect(application({**ACCEPT, "headers": [(name, b"1")]})):
            pass


@pytest.mark.parametrize("value", [b"", b"a b\tc", "é".encode(), b"\xff", b"!~"])
async def test_a_header_value_that_http_allows(value):
    app = application({**ACCEPT, "headers": [(b"x-a", value)]}, then=until_disconnect)
    async with connect(app) as client:
        assert client.headers == [("x-a", value.decode("latin-1"))]


async def test_an_illegal_event_surfaces_even_if_the_application_catches_it():
    async def swallow(scope, receive, send):
        with pytest.raises(RuntimeError):
            await send(ACCEPT)
        await until_disconnect(scope, receive, send)

    with pytest.raises(IllegalEvent):
        async with connect(application(ACCEPT, then=swallow)):
            pass


async def test_extensions_and_keys_that_the_server_does_not_know():
    denial = {"type": "websocket.http.response.start", "status": 401, "headers": []}
    with pytest.raises(IllegalEvent, match="extension"):
        async with connect(application(denial), denial_responses=False):
            pass
    close = {"type": "websocket.close", "reason": "bye"}
    with pytest.raises(IllegalEvent, match="reason"):
        async with connect(application(ACCEPT, close), spec_version="2.2"):
            pass


async def test_back_pressure_towards_the_application():
    """An application that does not read stops its client, and leaves it no worse."""
    go = asyncio.Event()

    async def read_late(scope, receive, send):
        await go.wait()
        await echo(scope, receive, send)

    app = application(ACCEPT, then=read_late)
    async with connect(app, queue=2, timeout=SOON) as client:
        await client.send("1")
        await client.send("2")
        with pytest.raises(TimeoutError, match="room in the application's queue"):
            await client.send("3")
        go.set()
        assert [await client.receive(), await client.receive()] == ["1", "2"]


async def test_back_pressure_towards_the_client():
    """With a bounded buffer the application's send waits, until room or the end."""
    sent = []

    async def push(scope, receive, send):
        while True:
            await send({"type": "websocket.send", "text": "tick"})
            sent.append("tick")

    async with connect(application(ACCEPT, then=push), buffer=3) as client:
        for _ in range(10):
            assert await client.receive() == "tick"
        assert len(sent) <= 10 + 3
        client.abort()  # the handler's pending send raises, which ends it


async def test_a_time_out_says_what_was_awaited_and_what_came_last():
    app = application(ACCEPT, then=until_disconnect)
    async with connect(app, timeout=SOON) as client:
        await client.send("hello")
        with pytest.raises(TimeoutError) as late:
            await client.receive()
    assert "a message from the application" in str(late.value)
    assert "last received websocket.receive text='hello'" in str(late.value)
    assert "last sent websocket.accept" in str(late.value)


async def test_an_application_that_never_answers_or_never_ends_is_cancelled():
    cancelled = []

    async def sleep(scope, receive, send):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(scope["path"])
            raise

    with pytest.raises(TimeoutError, match="the handshake's answer"):
        async with connect(application(then=sleep), "/silent", timeout=SOON):
            pass
    with pytest.raises(TimeoutError, match="the application to return"):
        async with connect(application(ACCEPT, then=sleep), "/stuck", timeout=SOON):
            pass
    assert cancelled == ["/silent", "/stuck"]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_receive_after_the_disconnect_waits_for_ever_as_on_a_server():
    async def read_on(scope, receive, send):
        await until_disconnect(scope, receive, send)
        await receive()

    app = application(ACCEPT, then=read_on)
    with pytest.raises(TimeoutError, match="waits in receive"):
        async with connect(app, timeout=SOON):
            pass


async def test_what_a_client_may_not_send():
    async with connect(application(ACCEPT, then=until_disconnect)) as client:
        with pytest.raises(TypeError):
            await client.send(5)
        with pytest.raises(ValueError, match="surrogates"):
            await client.send("\ud800")
        with pytest.raises(ValueError, match="1006"):
            await client.close(1006)
        with pytest.raises(ValueError, match="123 bytes"):
            await client.close(1000, "x" * 124)
        assert client.code is None
