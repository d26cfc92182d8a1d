"""The fixture `traced`, in runs of pytest as a user starts them, on real sockets."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]

APP = '''
async def app(scope, receive, send):
    """Echo, and stumble over "bad"."""
    if scope["type"] != "websocket":
        raise ValueError("no lifespan")
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        if event["text"] == "bad":
            raise ValueError("I can't read this")
        await send({"type": "websocket.send", "text": event["text"]})
'''

ECHO = """
def test_echo(traced):
    server = traced(app)
    with connect(server.url("/a")) as client:
        client.send("hello")
        assert client.recv() == "hello"
    assert server.trace.connection.close_code == 1000
"""

# The failure itself is raised by the test: pytest's report of one that a generator has
# passed on, as in recv(), may end Python before 3.13.6 (CPython's issue 125723).
FAILS = """
import pytest
from websockets.exceptions import ConnectionClosed

def test_fails(traced):
    server = traced(app)
    with connect(server.url("/a")) as client:
        client.send("hello")
        assert client.recv() == "hello"
    assert server.trace.connection.path == "/a"
    with connect(server.url("/b")) as client:
        client.send("bad")
        with pytest.raises(ConnectionClosed):
            client.recv()
        assert client.close_code == 1000
"""

ASYNCIO = ["-p", "pytest_asyncio.plugin"]
ASYNCIO += ["-o", "asyncio_default_fixture_loop_scope=function"]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Run pytest on one file in a process of its own; any warning is an error."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\nfilterwarnings = error")
    pytester.makepyfile(app=APP)

    def run(source, *arguments):
        head = "from app import app\nfrom websockets.sync.client import connect\n"
        pytester.makepyfile(test_it=head + source)
        return pytester.runpytest_subprocess("-p", "wslab.lab.fixture", *arguments)

    return run


def test_a_test_gets_a_server_with_its_trace(run):
    run(ECHO).assert_outcomes(passed=1)


def test_servers_stop_at_the_end_of_the_test_whatever_happened(run):
    result = run("""
servers = []

def test_two_that_fail(traced):
    one, other = traced(app), traced(app, log_level="error")
    servers.extend([one, other])
    assert one.port != other.port
    with connect(one.url()), connect(other.url()):
        raise LookupError("by the test")

def test_they_have_stopped():
    assert [server.running for server in servers] == [False, False]
""")
    result.assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(
    ("arguments", "mark"),
    [
        ([*ASYNCIO, "-o", "asyncio_mode=auto"], ""),
        (ASYNCIO, "@pytest.mark.asyncio"),
        (["-p", "anyio.pytest_plugin"], "@pytest.mark.anyio"),
    ],
    ids=["asyncio-auto", "asyncio-strict", "anyio"],
)
def test_a_test_may_be_a_coroutine(run, arguments, mark):
    result = run(
        f"""
import pytest
from websockets.asyncio.client import connect

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture
def server(traced):
    return traced(app)

{mark}
async def test_echo(server, traced):
    for each in (server, traced(app)):
        async with connect(each.url("/a")) as client:
            await client.send("hello")
            assert await client.recv() == "hello"
        assert each.trace.connection.closed_by == "client"
""",
        *arguments,
    )
    result.assert_outcomes(passed=1)


def test_a_failure_has_the_whole_ladder_and_the_cause(run):
    """Also of the connection that the test has looked at already."""
    result = run(FAILS)
    result.assert_outcomes(failed=1)
    report = result.stdout.str().partition("- wslab trace -")[2]
    assert "/a" in report
    assert '"hello"' in report
    assert "connection 2, /b: The handler raised ValueError: I can't read" in report
    assert "(app.py, line 9)" in report


def test_a_failure_has_each_server(run):
    result = run("""
def test_fails(traced):
    for path in ("/one", "/two"):
        with connect(traced(app).url(path)):
            pass
    assert False
""")
    report = result.stdout.str().partition("- wslab trace -")[2]
    assert report.count("<Server ws://127.0.0.1:") == 2
    assert report.index("/one") < report.index("/two")


def test_a_fixture_that_fails_has_it_too(run):
    result = run("""
import pytest

@pytest.fixture
def client(traced):
    with connect(traced(app).url("/joined")) as client:
        yield client.recv(timeout=0)

def test_it(client):
    pass
""")
    result.assert_outcomes(errors=1)
    assert "/joined" in result.stdout.str().partition("- wslab trace -")[2]


def test_nothing_is_said_of_a_test_that_passes_or_has_no_server(run):
    result = run(ECHO + "\ndef test_fails():\n    assert False\n")
    result.assert_outcomes(passed=1, failed=1)
    assert "wslab trace" not in result.stdout.str()


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
def test_a_lifespan_that_fails_fails_the_test(run, phase):
    result = run(f"""
async def failing(scope, receive, send):
    while (event := await receive())["type"] != "lifespan.{phase}":
        await send({{"type": event["type"] + ".complete"}})
    raise OSError("the database is gone")

def test_it(traced):
    traced(failing, lifespan="on")
""")
    outcome = {"failed": 1} if phase == "startup" else {"passed": 1, "errors": 1}
    result.assert_outcomes(**outcome)
    cause = f"LifespanError: {phase} failed: OSError: the database is gone"
    assert cause in result.stdout.str()
    assert "wslab trace" not in result.stdout.str()


def test_a_handler_that_cannot_be_stopped_is_an_error_that_says_where_it_is(run):
    result = run("""
import asyncio

async def stubborn(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

def test_it(traced):
    with connect(traced(stubborn, lifespan="off").url(), close_timeout=0):
        pass
""")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*TimeoutError: the server gave up on*test_it.py*"])


def test_without_uvicorn_a_sentence_says_what_is_missing(run, pytester):
    pytester.makeconftest("import sys\nsys.modules['uvicorn'] = None")
    result = run(ECHO + "\ndef test_another():\n    pass\n")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*`traced` needs uvicorn, which is not installed:*"])


def test_pytest_finds_the_plugin_where_wslab_is_installed():
    plugins = entry_points(group="pytest11", name="wslab")
    assert {plugin.value for plugin in plugins} == {"wslab.lab.fixture"}


def test_the_plugin_imports_next_to_nothing():
    program = "import pytest, sys; before = set(sys.modules); import wslab.lab.fixture"
    program += "; print(*sorted(set(sys.modules) - before))"
    output = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert output.split() == ["wslab", "wslab.lab", "wslab.lab.fixture"]
