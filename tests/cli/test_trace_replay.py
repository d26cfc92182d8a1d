"""`--as-test`: what clients did on real sockets, played again by a run of pytest."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from wslab.cli.trace.replay import as_test
from wslab.lab import Server, serve
from wslab.trace.model import Connection
from wslab.trace.recorder import Recorder
from wslab.trace.recording import Bounds

from .replayed import app

SOURCE = (Path(__file__).parent / "replayed.py").read_text()
WHOLE = Bounds(excerpt=2000)


async def recorded(talk, bounds=WHOLE, **options) -> tuple[Connection, ...]:
    """Return what the connections of clients did."""
    recorder = Recorder(bounds)
    async with serve(app, recorder=recorder, log_level="critical", **options) as server:
        await talk(server)
        return server.trace.connections


@asynccontextmanager
async def client(
    server: Server, path: str, **options
) -> AsyncIterator[ClientConnection]:
    """Connect, and wait at the end until the connection is closed by either side."""
    async with connect(server.url(path), **options) as it:
        yield it
    server.settle(30)


def play(folder: Path, test: str, source: str = SOURCE) -> str:
    """Run pytest on a test of the application, in `folder`; return its report."""
    (folder / "replayed.py").write_text(source)
    (folder / "test_it.py").write_text(test)
    # Without files of bytecode: a source may be written anew within a second.
    program = [sys.executable, "-B", "-m", "pytest", "-p", "wslab.lab.fixture", "-rA"]
    done = subprocess.run(
        [*program, "-W", "error", "--rootdir=.", "test_it.py"],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def outcomes(report: str) -> list[str]:
    """Return the outcome of each test, in their order."""
    return re.findall(r"^(PASSED|FAILED|ERROR) test_it", report, re.M)


async def all_sorts(server: Server) -> None:
    """Be one client after the other: what each does is a test."""
    options = {"subprotocols": ["v1", "v2"], "user_agent_header": "mine"}
    async with client(server, "/echo", compression=None, **options) as it:
        for message in ("hello", b"\0\1", "", "'\"\n", "long " * 50, bytes(500)):
            await it.send(message)
            await it.recv()
        await it.send(["in ", "pieces"])
        await it.recv()
        await (await it.ping(b"there?"))
        await it.pong(b"unasked")
        await it.close(4000, "done")
    async with client(server, "/bye") as it:
        await it.send("x")
        await it.wait_closed()
    async with client(server, "/json") as it:
        await it.send('{"numbers": [1, 2, 3]}')
        await it.recv()
    for path in ("/refused", "/denied"):
        with pytest.raises(InvalidStatus):
            await connect(server.url(path))
        server.settle(30)
    async with client(server, "/raises") as it:
        await it.send("x")
        await it.wait_closed()
    origin = f"http://127.0.0.1:{server.port}"
    async with client(server, "/origin", origin=origin) as it:
        await it.wait_closed()
    async with client(server, "/echo") as it:
        it.transport.abort()


CHANGES = {
    'await send(event | {"type": "websocket.send"})': "return",
    '"so long"': '"farewell"',
    "sum(numbers)": "max(numbers)",
    'async def refused(scope, receive, send):\n    await send({"type": '
    '"websocket.close"})': "async def refused(scope, receive, send):\n    "
    "await accept(send)",
    '"status": 401': '"status": 402',
}


def changed() -> str:
    source = SOURCE
    for old, new in CHANGES.items():
        assert old in source
        source = source.replace(old, new)
    return source


async def test_a_test_passes_and_fails_where_the_application_has_changed(tmp_path):
    test = as_test(await recorded(all_sorts), "replayed:app")
    report = await asyncio.to_thread(play, tmp_path, test)
    assert outcomes(report) == ["PASSED"] * 8, report

    report = await asyncio.to_thread(play, tmp_path, test, changed())
    assert outcomes(report) == ["PASSED"] * 3 + ["FAILED"] * 5, report
    for message in (
        "assert ('closed', 1006, '') == 'hello'",
        "assert ('closed', 4001, 'farewell') == ('closed', 4001, 'so long')",
        """assert '{"sum": 3, "...""",
        "assert 101 == 403",
        "assert 402 == 401",
    ):
        assert message in report
    assert "wslab trace" in report


async def test_connections_of_one_time_are_played_together(tmp_path):
    async def chat(server):
        async with client(server, "/chat?ann") as ann:
            async with client(server, "/chat?bob") as bob:
                for member, text in ((ann, "hello"), (bob, "you too")):
                    await member.send(text)
                    assert await ann.recv() == await bob.recv()
            server.settle(30)
            await ann.send("alone")
            await ann.recv()

    test = as_test(await recorded(chat), "replayed:app")
    assert 'assert received(client_1) == "bob: you too"' in test
    report = await asyncio.to_thread(play, tmp_path, test)
    assert outcomes(report) == ["PASSED"], report


@pytest.mark.parametrize("excerpt", [100, 101])
async def test_of_a_message_that_was_cut_the_beginning_and_the_length(
    tmp_path, excerpt
):
    async def long(server):
        async with client(server, "/large") as it:
            await it.recv()
            await it.recv()
            await it.send("\N{SNOWMAN}" * 100)
            await it.wait_closed()

    test = as_test(await recorded(long, Bounds(excerpt=excerpt)), "replayed:app")
    assert f"# The recording has {excerpt} of the 6000 bytes." in test
    assert "300 bytes, here others stand for it." in test
    report = await asyncio.to_thread(play, tmp_path, test)
    assert outcomes(report) == ["PASSED"], report
    shorter = SOURCE.replace("bytes(3000)", "bytes(2999)")
    report = await asyncio.to_thread(play, tmp_path, test, shorter)
    assert outcomes(report) == ["FAILED"], report
    assert ", 2999) == " in report


async def test_what_is_masked_is_to_be_filled_in(tmp_path):
    async def authorized(server):
        headers = {"Authorization": "Bearer open sesame", "X-Tenant": "blue"}
        path = "/secret?token=abc"
        async with client(server, path, additional_headers=headers) as it:
            await it.wait_closed()

    test = as_test(await recorded(authorized), "replayed:app")
    report = await asyncio.to_thread(play, tmp_path, test)
    assert "server rejected WebSocket connection: HTTP 403" in report
    for name, secret in {"TOKEN": "abc", "AUTHORIZATION": "open sesame"}.items():
        assert f'SECRET_{name} = "***"' in test
        test = test.replace(f'SECRET_{name} = "***"', f'SECRET_{name} = "{secret}"')
    report = await asyncio.to_thread(play, tmp_path, test)
    assert outcomes(report) == ["PASSED"], report


HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: {version}\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def written(frames: bytes, path: str = "/echo", version: int = 13):
    """Return a client that writes these bytes and goes when the server closes."""

    async def talk(server: Server) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(HANDSHAKE.format(path=path, version=version).encode())
        if (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101"):
            writer.write(frames)
            await closed(reader)
        writer.close()
        await writer.wait_closed()

    return talk


async def closed(reader: asyncio.StreamReader) -> None:
    """Read short frames, whose payloads may hold any byte, up to a close frame."""
    while (await reader.readexactly(1)) != b"\x88":
        (length,) = await reader.readexactly(1)
        await reader.readexactly(length)


HELLO = b"\x81\x85\0\0\0\0hello"


ODD = {
    b"\x81\x02no": "the client sent a frame without a mask",
    b"\xc1\x80\0\0\0\0": "the client sent a reserved bit",
    b"\x83\x80\0\0\0\0": "the client sent a frame with the reserved opcode 3",
    b"\x88\x82\0\0\0\0\x03\xee": "the client sent a close frame with 03ee",
    b"\x09\x80\0\0\0\0": "the client sent a control frame that is too long or in",
}


async def test_what_no_library_sends_is_left_out_and_said(tmp_path):
    async def one_after_the_other(server):
        for frames in ODD:
            await written(HELLO + frames)(server)
            server.settle()

    connections = await recorded(one_after_the_other)
    tests = [as_test([it], "replayed:app") for it in connections]
    for test, why in zip(tests, ODD.values(), strict=True):
        assert f"# Left out from here on: {why}" in test
    report = await asyncio.to_thread(play, tmp_path, tests[0])
    assert outcomes(report) == ["PASSED"], report


async def test_invalid_utf_8_is_sent(tmp_path):
    """As `websockets` can."""
    test = as_test(await recorded(written(b"\x81\x81\0\0\0\0\xff")), "replayed:app")
    assert 'client.send(b"\\xff", text=True)' in test
    report = await asyncio.to_thread(play, tmp_path, test)
    assert outcomes(report) == ["PASSED"], report


async def test_a_handshake_that_no_library_sends_is_left_out_and_said():
    test = as_test(await recorded(written(b"", version=12)), "replayed:app")
    assert "# Connection 1, /echo, is left out: no client library sends such" in test
    assert "def test" not in test


async def test_a_server_that_is_shut_down_is_left_out_and_said():
    recorder = Recorder(WHOLE)
    async with serve(app, recorder=recorder) as server:
        it = await connect(server.url("/echo"))
    await it.wait_closed()
    test = as_test(recorder.take().connections, "replayed:app")
    assert "# Left out from here on: the server was shut down." in test


async def test_a_client_that_answers_no_ping_is_left_out_and_said():
    keepalive = {"ws_ping_interval": 0.05, "ws_ping_timeout": 0.05}
    test = as_test(await recorded(written(b""), **keepalive), "replayed:app")
    assert "# Left out from here on: the client answered no ping, which" in test


async def test_events_that_are_missing_are_said():
    async def much(server):
        async with client(server, "/echo") as it:
            for number in range(9):
                await it.send(str(number))
                await it.recv()

    few = Bounds(first_events=6, last_events=6)
    test = as_test(await recorded(much, few), "replayed:app")
    assert re.search(r"# Left out from here on: \d+ events are not in the recor", test)


@pytest.mark.parametrize(
    ("app", "imported", "call"),
    [
        ("chat.main:app", "from chat.main import app", "traced(app)"),
        ("main:api.app", "from main import api as app", "traced(app.app)"),
        ("main:create()", "from main import create as app", "traced(app())"),
    ],
)
async def test_the_application_is_imported(app, imported, call):
    async def connects(server):
        async with client(server, "/echo"):
            pass

    test = as_test(await recorded(connects), app)
    assert f"\n{imported}\n" in test
    assert f"    server = {call}\n" in test


async def refused_at_one_time(server: Server) -> None:
    """Be a client that is refused while another has sent half of its request."""
    slow, quick = [
        await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)
    ]
    half, rest = HANDSHAKE.format(path="/refused", version=13).split("Host", 1)
    slow[1].write(half.encode())
    quick[1].write(HANDSHAKE.format(path="/denied", version=13).encode())
    await quick[0].read()
    slow[1].write(f"Host{rest}".encode())
    await slow[0].read()
    for _, writer in (slow, quick):
        writer.close()
    server.settle(30)


async def test_refusals_at_one_time_are_one_test_that_opens_nothing(tmp_path):
    test = as_test(await recorded(refused_at_one_time), "replayed:app")
    assert "ExitStack" not in test
    report = await asyncio.to_thread(play, tmp_path, test)
    assert outcomes(report) == ["PASSED"], report


async def test_the_file_is_as_ruff_would_have_it(tmp_path):
    test = tmp_path / "test_it.py"
    test.write_text(as_test(await recorded(all_sorts), "replayed:app"))
    (tmp_path / "replayed.py").touch()
    for command in (["check", "--select=E,F,I,B,UP,PT"], ["format", "--diff"]):
        arguments = ["-m", "ruff", *command, "--isolated", str(test)]
        ruff = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, cwd=tmp_path
        )
        output, _ = await ruff.communicate()
        assert ruff.returncode == 0, output.decode()
