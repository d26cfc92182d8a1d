"""What a handshake's request says, whatever the client has put in it: F39."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab import URL, Application, bearer_token, token_matches
from wslab.testing import connect
from wslab.websocket.request import Request

NOT_IN_A_VALUE = [
    *(chr(code) for code in range(0x20) if chr(code) not in "\t\r\n"),
    "\x7f",
    "\r\nset-cookie: a=b",
    "\N{SNOWMAN}",
]


@pytest.mark.parametrize("step", ["accept", "reject"])
async def test_a_header_that_http_has_no_form_for_is_an_error(serving, record, step):
    """RFC 9110 section 5.5: no control characters, and no spaces around a value."""
    app = Application()
    values = [f"a{bad}b" for bad in NOT_IN_A_VALUE] + [" a", "a ", "\ta", "a\t", " "]
    fields = [("x-one", value) for value in values]
    fields += [(name, "1") for name in ("", "a b", "a:", "ä", "\N{SNOWMAN}", "a\x01")]

    @app.on_ws_request("/")
    async def answer(scope, info, matches, web_socket):
        for field in fields:
            for name, value in (field, tuple(part.encode() for part in field)):
                if "\N{SNOWMAN}" in field[1] and isinstance(value, bytes):
                    continue  # its UTF-8 is obs-text
                with pytest.raises(ValueError, match="header"):
                    await getattr(web_socket, step)(headers=[(name, value)])
        record.append(len(fields))
        await web_socket.accept()

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.ended() == (1000, "")
    assert record == [len(fields)]


async def test_a_header_with_inner_spaces_and_latin_1_reaches_the_client(serving):
    """RFC 9110 section 5.5: field-vchar with obs-text; a value may be empty."""
    app = Application()

    @app.on_ws_request("/")
    async def answer(scope, info, matches, web_socket):
        await web_socket.accept(headers=[("X-One", "a b, c"), ("x-none", "")])

    server = await serving(app)
    async with server.client("/") as client:
        for name, value in (("x-one", "a b, c"), ("x-none", "")):
            expected = server.expect("header of accept", value)
            assert client.headers.get(name) == expected


def url_app():
    app = Application()

    @app.websocket_route("/{rest:path}")
    async def view(ws, rest):
        url = ws.url
        await ws.send_json([url, url.host, url.port, url.path, url.query])

    return app


BROKEN = [
    "[::1",
    "a:b:c",
    "host:99999999",
    "host:65536",
    "a b",
    "a/b?c",
    "u@h",
    "ä",
    "",
]


@pytest.mark.parametrize("host", BROKEN)
async def test_a_broken_host_has_no_name_and_no_port(host):
    """It is left out of the URL, so that it can stand for no other part of it."""
    headers = {"Host": host}
    async with connect(url_app(), "/a%20b?c=d", headers=headers) as client:
        got = json.loads(await client.receive())
    assert got == ["ws:///a%20b?c=d", None, None, "/a%20b", "c=d"]


@pytest.mark.parametrize("host", ["[::1", "a:b:c", "host:99999999", "a/b?c"])
async def test_a_view_survives_a_broken_host_on_every_server(serving, host):
    """On a socket: a server may refuse such a request, but the view does not fail."""
    if serving.server_name == "testing":
        pytest.skip("it has no socket")
    server = await serving(url_app())
    async with server.client("/x") as client:
        port = json.loads(await client.receive())[2]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = ["GET /x?y HTTP/1.1", f"Host: {host}", "Upgrade: websocket"]
    lines += ["Connection: Upgrade", "Sec-WebSocket-Version: 13"]
    lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""]
    writer.write("\r\n".join(lines).encode())
    answer = await asyncio.wait_for(reader.read(2**16), 30)
    writer.close()
    with suppress(ConnectionError):  # what ends it is the server's affair
        await writer.wait_closed()
    assert answer.split()[1] in (b"101", b"400")
    assert server.raised == []


@pytest.mark.parametrize(
    ("host", "name", "port"),
    [
        ("EXAMPLE.org", "example.org", None),
        ("example.org:8000", "example.org", 8000),
        ("example.org:", "example.org", None),
        ("[::1]", "::1", None),
        ("[::1]:8000", "::1", 8000),
        ("127.0.0.1:65535", "127.0.0.1", 65535),
    ],
)
async def test_a_host_has_a_name_and_a_port(host, name, port):
    async with connect(url_app(), "/", headers={"Host": host}) as client:
        got = json.loads(await client.receive())
    assert got == [f"ws://{host}/", name, port, "/", ""]


def test_any_text_has_the_parts_of_a_url():
    for text in ("", "?", "#", "://", "http://[", "//a:99999/b?c#d", "ws://u:p@h:1/x"):
        url = URL(text)
        assert (url.scheme, url.path, url.query) == url.parts[:1] + url.parts[2:4]
    assert (url.host, url.port) == ("h", 1)


@settings(deadline=None)
@given(
    host=st.binary(max_size=8),
    name=st.binary(max_size=4),
    path=st.text(max_size=8),
    raw=st.none() | st.binary(max_size=8),
    query=st.binary(max_size=8),
    server=st.none() | st.tuples(st.text(max_size=4), st.none() | st.integers()),
)
def test_no_property_of_a_request_raises(host, name, path, raw, query, server):
    """Whatever the bytes: a view may always look at its request."""
    fields = [(name, host), (b"authorization", host)] + [(b"host", host)] * bool(name)
    scope = {"type": "websocket", "scheme": "ws", "headers": fields, "path": path}
    scope |= {"raw_path": raw, "query_string": query, "server": server}
    request = Request(scope)
    url = request.url
    assert url.path.startswith("/")
    assert url.host is None or url.host
    assert url.port is None or 0 <= url.port <= 65535
    assert [request.headers[key] for key in request.headers]
    assert all(request.query_params.getlist(key) for key in request.query_params)
    assert request.subprotocols == []
    assert bearer_token(request.headers) is None or host


@pytest.mark.no_cover  # a tracer takes most of its time
def test_all_of_a_request_is_read_in_linear_time():
    """A client decides how many there are; what is quadratic takes minutes for them."""
    names = [f"{number:x}" for number in range(100_000)]
    fields = [(name.upper().encode(), b"1") for name in names]
    query = "&".join(f"{name}=1" for name in names).encode()
    request = Request({"headers": fields, "query_string": query})
    for values in (request.headers, request.query_params):
        assert dict(values) == dict.fromkeys(names, "1")
        assert all(values.getlist(name) == ["1"] for name in values)


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ([("Authorization", "Bearer abc")], "abc"),
        ([("authorization", "bEARER   abc ")], "abc"),
        ([("Authorization", "Basic abc")], None),
        ([("Authorization", "Bearer")], None),
        ([("Authorization", "Bearer a"), ("Authorization", "Bearer b")], None),
        ([], None),
    ],
)
def test_a_bearer_token_is_found_whatever_the_case(headers, token):
    """F39: schemes are case-insensitive (RFC 9110 section 11.1)."""
    raw = [(name.encode(), value.encode()) for name, value in headers]
    assert bearer_token(raw) == token


def test_tokens_are_compared_whole():
    """F39: one of several; no token never matches."""
    assert token_matches("abc", "xyz", "abc")
    assert not token_matches("ab", "abc")
    assert not token_matches("abc")
    assert not token_matches(None, "abc")
    assert token_matches("é", "é")


def test_an_empty_token_matches_nothing():
    """F39: a secret that was not set lets nobody in."""
    assert not token_matches("", "")
    assert not token_matches(None, "")
    assert not token_matches("", "abc", "")
    assert not token_matches("abc", "")
    assert not token_matches("abc", None)
    assert token_matches("abc", None, "abc")


@settings(deadline=None)
@given(st.text(st.characters()), st.text(st.characters()))
def test_tokens_of_any_text_can_be_compared(one, other):
    """F39: a lone surrogate too, which UTF-8 has no form for."""
    assert token_matches(one, other) == (one == other and one != "")
    assert token_matches(one + "\ud800", one + "\ud800")


async def test_a_token_guards_a_view(serving):
    """F39: 401 without the token, nothing of it in the answer."""
    app = Application()

    @app.websocket_route("/", auto_accept=False)
    async def private(ws):
        if not token_matches(bearer_token(ws.headers), "s3kr3t"):
            await ws.reject(401, [("WWW-Authenticate", "Bearer")])
        async with ws:
            await ws.send_json({"hello": "you"})

    server = await serving(app)
    headers = [("Authorization", "bearer s3kr3t")]
    async with server.client("/", headers=headers) as client:
        assert json.loads(await client.receive()) == {"hello": "you"}
    for token in ("", "Bearer wrong", "s3kr3t"):
        refusal = await server.refused("/", headers=[("Authorization", token)])
        assert refusal.status == server.expect("refusal", (401,))[0]
        assert refusal.body == b""
