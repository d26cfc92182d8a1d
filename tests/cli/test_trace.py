"""`wslab trace` runs an application as uvicorn does, and shows its connections."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect, unix_connect

from wslab.cli import main
from wslab.cli.trace import plain
from wslab.cli.trace.why import elsewhere
from wslab.trace.model import Connection, Head
from wslab.trace.watch import News

from .traced import APPLICATION, trace

FULL = Path("/dev/full")
WITH_FULL_DISK = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")

SERVED = ("app:app", "--port", "0")


def lines(command) -> list[dict]:
    return [json.loads(line) for line in command.out]


def summaries(command) -> list[dict]:
    return [line["summary"] for line in lines(command) if "summary" in line]


def test_each_event_has_a_line_and_the_end_has_the_ladder_and_the_cause(tmp_path):
    with trace(tmp_path, "--plain", *SERVED) as command:
        with command.client("/room?token=abc") as client:
            client.send("raise")
            with pytest.raises(ConnectionClosedError):
                client.recv()
        command.wait_for_text("Why: ")
        assert command.end() == 0
    title = "connection 1: /room?token=*** from 127.0.0.1:"
    events, _, ladder = command.text.partition(title)
    assert [line.split(None, 2)[0] for line in events.splitlines() if line] == ["1"] * 8
    assert 'client → server        text "raise" · 5 B' in events
    assert 'server → application   receive "raise"' in events
    assert "│   raised RuntimeError: as a" in ladder
    assert "Why: The handler raised RuntimeError: as asked (app.py, line " in ladder
    assert "abc" not in command.text


def test_plain_is_what_a_pipe_gets(tmp_path):
    with trace(tmp_path, *SERVED) as command:
        command.say("hello")
        command.wait_for_text("Why: ")
        assert command.end() == 0
    assert 'client → server        text "hello" · 5 B' in command.text


def test_json_is_all_that_standard_output_has(tmp_path):
    with trace(tmp_path, *SERVED, "--json") as command:
        command.say("print", path="/echo")
        command.wait_for_text("summary")
        assert command.end() == 0
    events = [line["event"] for line in lines(command) if "event" in line]
    assert [e["kind"] for e in events[:2]] == ["head", "application"]
    assert {line["connection"] for line in lines(command)} == {1}
    (summary,) = summaries(command)
    assert summary["path"] == "/echo"
    assert summary["code"] == 1000
    assert summary["closed_by"] == "client"
    assert summary["messages"] == {"client": 1, "server": 1}
    assert summary["bytes"] == {"client": 5, "server": 5}
    assert "printed by the application" in command.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--json", *SERVED),
        ("app:app", "--json", "--port", "0"),
        ("app:app", "--port=0", "--http", "h11", "--json"),
        ("--port", "0", "app:app", "--json"),
    ],
    ids=" ".join,
)
def test_options_may_stand_before_and_after_the_application(tmp_path, arguments):
    with trace(tmp_path, *arguments) as command:
        command.say("hello")
        command.wait_for_text("summary")
        assert command.end() == 0
    assert [it["code"] for it in summaries(command)] == [1000]


def test_no_option_has_the_name_of_one_of_uvicorns():
    theirs = {
        name
        for parameter in uvicorn.main.params
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    options = main.parser().parse_args(["trace"])
    ours = {f"--{name.replace('_', '-')}" for name in vars(options)}
    assert {"--plain", "--out"} <= ours
    assert ours & theirs == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("app:make", "--factory", "--port", "0"),
        ("app:app", "--port", "0", "--loop", "asyncio", "--http", "h11"),
        ("app:app", "--port", "0", "--loop", "uvloop", "--http", "httptools"),
        ("app:app", "--port", "0", "--ws", "wsproto"),
        ("app:app", "--port", "0", "--ws", "websockets"),
        ("app:app", "--port", "0", "--no-proxy-headers", "--header", "X-A:b"),
        ("app:app", "--port", "0", "--log-level", "trace"),
    ],
    ids=" ".join,
)
def test_uvicorns_options_are_taken(tmp_path, arguments):
    with trace(tmp_path, "--json", *arguments) as command:
        command.say("hello", path="/there")
        command.wait_for_text("summary")
        assert command.end() == 0
    (summary,) = summaries(command)
    assert (summary["path"], summary["code"]) == ("/there", 1000)
    assert summary["messages"] == {"client": 1, "server": 1}


def test_an_application_elsewhere_is_found(tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    (there / "other.py").write_text(APPLICATION)
    with trace(tmp_path, "other:app", "--app-dir", "there", "--port", "0") as command:
        command.say("hello")
        command.wait_for_text("Why: ")


def test_a_log_configuration_is_taken(tmp_path):
    own = {"class": "logging.StreamHandler", "formatter": "own"}
    configuration = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"own": {"format": "OWN %(message)s"}},
        "handlers": {"own": own},
        "root": {"handlers": ["own"], "level": "INFO"},
    }
    (tmp_path / "log.json").write_text(json.dumps(configuration))
    with trace(tmp_path, *SERVED, "--log-config", "log.json") as command:
        command.say("hello")
        command.wait_for_text("Why: ")
        assert command.end() == 0
    assert any(line.startswith("OWN Uvicorn running") for line in command.err)


def test_a_unix_socket_is_served_and_removed(tmp_path):
    socket = tmp_path / "server.sock"
    with trace(tmp_path, "--json", "app:app", "--uds", str(socket)) as command:
        command.wait_for_text("running on unix socket")
        with unix_connect(str(socket), "ws://localhost/") as client:
            client.send("hello")
            assert client.recv() == "hello"
        command.wait_for_text("summary")
        assert command.end() == 0
    assert [it["client"] for it in summaries(command)] == [None]
    assert not socket.exists()


@pytest.mark.needs("openssl")
def test_tls_is_served_and_read(tmp_path):
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    keys = ("--ssl-keyfile", "key.pem", "--ssl-certfile", "cert.pem")
    with trace(tmp_path, *SERVED, *keys) as command:
        context = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        url = f"wss://127.0.0.1:{command.port}/"
        with connect(url, ssl=context, compression=None) as client:
            client.send("hello")
            assert client.recv() == "hello"
        command.wait_for_text("Why: ")
        assert command.end() == 0
    assert 'client → server        text "hello" · 5 B' in command.text


def test_a_reload_goes_on_in_the_same_recording(tmp_path):
    arguments = (*SERVED, "--reload", "--reload-delay", "0.05", "--out", "it.trace")
    with trace(tmp_path, *arguments) as command:
        command.wait_for_text("Started server process")
        command.say("first", path="/first")
        application = tmp_path / "app.py"
        changed = application.read_text().replace('"text": text}', '"text": text * 2}')
        application.write_text(changed)
        command.wait_for_text("Started server process", times=2)
        with command.client("/second") as client:
            client.send("ab")
            assert client.recv() == "abab"
        assert command.end() == 0
    shown = show(tmp_path / "it.trace", "--json")
    assert [it["path"] for it in summaries_of(shown)] == ["/first", "/second"]
    assert {json.loads(line)["connection"] for line in shown} == {1, 2}


def show(path: Path, *options: str) -> list[str]:
    """What `wslab trace show` prints of a recording, line by line."""
    words = [sys.executable, "-m", "wslab.cli", "trace", "show", str(path), *options]
    return subprocess.run(
        words, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def summaries_of(shown: list[str]) -> list[dict]:
    objects = map(json.loads, shown)
    return [it["summary"] for it in objects if "summary" in it]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A recording of three connections: /a fails, /b does not, a page."""
    directory = tmp_path_factory.mktemp("recorded")
    with trace(directory, "--with-http", *SERVED, "--out", "it.trace") as command:
        with command.client("/a?one") as client:
            client.send("raise")
            with pytest.raises(ConnectionClosedError):
                client.recv()
        command.say("hello", path="/b/c")
        urllib.request.urlopen(f"http://127.0.0.1:{command.port}/page").read()
        assert command.end() == 0
    assert command.text.count("\n") == 0, "with --out nothing else is shown"
    assert "it.trace has 3 connections" in command.err
    return directory / "it.trace"


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        ((), ["/a?one", "/b/c"]),
        (("--with-http",), ["/a?one", "/b/c", "/page"]),
        (("--path", "/a"), ["/a?one"]),
        (("--path", "/a?o*"), ["/a?one"]),
        (("--path", "/b/*"), ["/b/c"]),
        (("--path", "/none"), []),
        (("--client", "127.0.0.1"), ["/a?one", "/b/c"]),
        (("--client", "127.0.0.2"), []),
        (("--only-failures",), ["/a?one"]),
    ],
    ids=str,
)
def test_a_recording_is_shown_narrowed(recorded, options, paths):
    shown = show(recorded, "--json", *options)
    assert [it["path"] for it in summaries_of(shown)] == paths


def test_a_recording_is_shown_as_it_would_have_been(recorded):
    shown = "\n".join(show(recorded))
    assert 'client → server        text "raise" · 5 B' in shown
    assert "Why: The handler raised RuntimeError: as asked" in shown


def test_only_failures_are_shown_at_their_end(tmp_path):
    with trace(tmp_path, "--json", "--only-failures", *SERVED) as command:
        command.say("hello", path="/well")
        with command.client("/ill") as client:
            client.send("raise")
            with pytest.raises(ConnectionClosedError):
                client.recv()
        command.wait_for_text("summary")
        assert command.end() == 0
    assert [it["path"] for it in summaries(command)] == ["/ill"]
    assert {it["connection"] for it in lines(command)} == {2}


def test_payloads_are_kept_when_asked_for(tmp_path):
    long = "0123456789" * 100
    with trace(tmp_path, "--plain", "--payloads", *SERVED) as command:
        command.say(long)
        command.wait_for_text("Why: ")
    assert f'text "{long}" · 1000 B' in command.text


def test_a_recording_ends_before_its_limit(tmp_path):
    arguments = ("--out", "it.trace", "--out-limit", "1", "--payloads", *SERVED)
    with trace(tmp_path, *arguments) as command:
        for _ in range(8):
            command.say("x" * 50_000)
        assert command.end() == 0
    assert (tmp_path / "it.trace").stat().st_size < 1.01 * (1 << 20)
    (said,) = [line for line in command.err if "it.trace has" in line]
    kept, missing = (int(word) for word in said.split() if word.isdecimal())
    assert kept + missing == 8
    assert missing > 0
    shown = show(tmp_path / "it.trace", "--json")
    assert len(summaries_of(shown)) == kept
    assert json.loads(shown[-1]) == {"connections_left_out": missing}


@pytest.mark.parametrize(
    "words",
    [
        ("nowhere:app", "--as-test", "test_app.py"),
        ("app:app", "--as-test", "test_app.py", "--port", "TAKEN"),
        ("app:app", "--reload", "--port", "TAKEN"),
        ("--proxy", "ws://127.0.0.1:1", "--port", "TAKEN"),
    ],
    ids=str,
)
def test_what_never_serves_leaves_files_as_they_were(tmp_path, words):
    earlier = '{"format": "wslab trace", "version": 1, "app": "app:app"}\n'
    (tmp_path / "it.trace").write_text(earlier)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = [port if word == "TAKEN" else word for word in words]
        with trace(tmp_path, *words, "--out", "it.trace") as command:
            assert command.status() != 0
    assert (tmp_path / "it.trace").read_text() == earlier
    assert not (tmp_path / "test_app.py").exists()


@WITH_FULL_DISK
def test_a_full_disk_ends_the_recording_and_not_the_server(tmp_path):
    with trace(tmp_path, "--out", "/dev/full", *SERVED) as command:
        command.say("hello")
        command.say("still here")
        assert command.end() == 0
    said = [line for line in command.err if "/dev/full" in line]
    assert said == [
        "wslab trace: /dev/full can't be written: No space left on device; "
        "the recording ends here",
        "/dev/full has 0 connections; 2 were left out",
    ]
    assert not any("Traceback" in line for line in command.err)


def test_a_line_that_has_no_room_is_the_last(tmp_path):
    words = ["--out", "it.trace", "--payloads", "--plain", *SERVED]
    program = (
        "import resource, signal, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))\n"
        "from wslab.cli.main import main\n"
        f"sys.exit(main({['trace', *words]}))"
    )
    (tmp_path / "small.py").write_text(program)
    with trace(tmp_path, module="small") as command:
        for path in ("/first", "/large", "/last"):
            command.say("x" * (60_000 if path == "/large" else 1), path=path)
            command.wait_for_text(f": {path} from")
        assert command.end() == 0
    assert "it.trace has 1 connections; 2 were left out" in command.err
    shown = show(tmp_path / "it.trace", "--json")
    assert [it["path"] for it in summaries_of(shown)] == ["/first"]


@WITH_FULL_DISK
def test_output_on_a_full_disk_is_said_in_a_sentence(tmp_path, recorded):
    with FULL.open("w") as full:
        with trace(tmp_path, "show", str(recorded), stdout=full.fileno()) as command:
            assert command.status() == 2
        (said,) = command.err
        assert said.endswith("the output can't be written: No space left on device")
        with trace(tmp_path, "--plain", *SERVED, stdout=full.fileno()) as command:
            command.say("hello")
            command.wait_for_text("a view failed; the server goes on: [Errno 28]")
            command.say("hello")
            assert command.end() == 0
    assert not any("Traceback" in line for line in command.err)


def wait_for(is_there) -> None:
    deadline = time.monotonic() + 60
    while not is_there():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_process_leaves_a_recording_that_can_be_read(tmp_path):
    path = tmp_path / "it.trace"
    with trace(tmp_path, "--out", "it.trace", *SERVED) as command:
        command.say("hello", path="/before")
        wait_for(lambda: path.read_bytes().count(b"\n") == 2)
        command.end(signal.SIGKILL)
    assert [it["path"] for it in summaries_of(show(path, "--json"))] == ["/before"]
    path.write_bytes(path.read_bytes() + b'{"version": 3, "conn')
    shown = subprocess.run(
        [sys.executable, "-m", "wslab.cli", "trace", "show", str(path), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "its last line is cut off" in shown.stderr
    assert len(summaries_of(shown.stdout.splitlines())) == 1


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (None, "can't be read: No such file or directory"),
        ("", "is empty"),
        ("hello\n", "is no recording"),
        ("[1]\n", "is no recording"),
        ('{"a": 1}\n', "is no recording of `wslab trace --out`"),
        ('{"format": "wslab trace", "version": 99}\n', "is a recording of version 99"),
        ('{"format": "wslab trace", "version": 1}\n{"version": 99}\n', "line 2: "),
    ],
)
def test_what_is_no_recording_is_said_in_a_sentence(tmp_path, capsys, contents, words):
    path = tmp_path / "it.trace"
    if contents is not None:
        path.write_text(contents)
    assert main.main(["trace", "show", str(path)]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("wslab trace: ")
    assert words in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show",), "show takes one file"),
        (("show", "a", "b"), "show takes one file"),
        (("app:app", "--workers", "2"), "one process can be traced"),
        (("app:app", "--out", "/nowhere/it.trace"), "can't be written"),
        (("app:app", "--out", "app.py"), "is no recording of `wslab trace --out`: "),
    ],
    ids=str,
)
def test_a_wrong_argument_is_refused_in_a_sentence(tmp_path, arguments, words):
    with trace(tmp_path, *arguments) as command:
        assert command.status() == 2
    said = "\n".join(command.err)
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere:app",),
        ("app:nothing",),
        ("app",),
        ("app:app", "--port", "-1"),
        ("app:app", "--port", "many"),
        ("app:app", "--no-such-option"),
        ("app:app", "--log-level", "loud"),
        (),
    ],
    ids=str,
)
def test_a_mistake_gets_uvicorns_message_and_status(tmp_path, arguments):
    with trace(tmp_path, *arguments, module="uvicorn") as theirs:
        status = theirs.status()
    with trace(tmp_path, *arguments) as ours:
        assert ours.status() == status
    assert status != 0
    assert ours.err[-1] == theirs.err[-1]


def test_an_error_of_the_applications_own_has_its_traceback(tmp_path):
    (tmp_path / "app.py").write_text("open('/nowhere')\n")
    with trace(tmp_path, "app:app") as command:
        assert command.status() == 1
    assert command.err[0].startswith("Traceback")
    assert command.err[-1].startswith("FileNotFoundError")


def test_a_page_whose_port_is_taken_is_refused_in_a_sentence(tmp_path, recorded):
    with trace(tmp_path, *SERVED) as command:
        page = f"--web={command.port}"
        for words in (("app:app", page), ("show", str(recorded), page)):
            with trace(tmp_path, *words) as second:
                assert second.status() == 2
            (said,) = second.err
            assert said.startswith("wslab trace: the page can't have")


def test_a_port_that_is_taken_gets_uvicorns_message_and_status(tmp_path):
    with trace(tmp_path, *SERVED) as first:
        port = str(first.port)
        with trace(tmp_path, "app:app", "--port", port) as second:
            assert second.status() == 3
    assert any("address already in use" in line for line in second.err)


def test_a_handler_that_waits_is_told_of_when_the_server_ends(tmp_path):
    patient = ("--timeout-graceful-shutdown", "1")
    with (
        trace(tmp_path, "--plain", *SERVED, *patient) as command,
        command.client() as it,
    ):
        it.send("wait")
        assert it.recv() == "I wait"
        assert command.end() == 0
    assert "server → client        close 1012" in command.text
    assert "raised CancelledError" in command.text
    assert command.text.count("connection 1:") == 1


def test_sigterm_ends_it_with_the_last_of_the_trace(tmp_path):
    with trace(tmp_path, "--plain", *SERVED) as command:
        command.say("hello")
        assert command.end(signal.SIGTERM) == 143
    assert command.text.count("connection 1:") == 1
    assert not any("Traceback" in line for line in command.err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_of_its_own_outlives_it(tmp_path, number):
    with trace(tmp_path, "--plain", *SERVED) as command:
        command.say("hello")
        started = psutil.Process(command.process.pid).children(recursive=True)
        command.end(number)
        assert started
        assert psutil.wait_procs(started, 30)[1] == []


@pytest.mark.parametrize("view", ["--plain", "--json"])
@pytest.mark.parametrize("reload", [(), ("--reload",)], ids=str)
def test_without_a_reader_it_ends_quietly(tmp_path, view, reload):
    reading, writing = os.pipe()
    os.close(reading)
    with trace(tmp_path, view, *SERVED, *reload, stdout=writing) as command:
        os.close(writing)
        command.wait_for_text("Application startup complete")
        command.say("hello")
        assert command.status() == 0
    assert not any("Traceback" in line or "Broken" in line for line in command.err)


def test_a_recording_whose_reader_has_gone_is_shown_no_further(recorded):
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-m", "wslab.cli", "trace", "show", str(recorded)]
    shown = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (shown.returncode, shown.stderr) == (0, b"")


def test_what_goes_on_at_the_end_of_the_watch_is_told(capsys):
    events = [Head("client", "GET /chat HTTP/1.1", (("Upgrade", "websocket"),), 0)]
    still_open = replace(Connection.of(events, is_open=True), number=1, times=(0.0,))
    running = replace(still_open, number=2, is_open=False, calls=1)
    view = plain.view(main.parser().parse_args(["trace"]), sys.stdout)
    view.show([News(still_open, still_open), News(running, running)], 0)
    assert "connection" not in capsys.readouterr().out
    view.close()
    first, second = capsys.readouterr().out.split("connection 2: ")
    assert first.rstrip().endswith("Still open.")
    assert second.rstrip().endswith("The handler is still running.")


def test_other_servers_are_named_where_the_atlas_has_the_case():
    said = elsewhere("handler-raises")
    assert "close 1011 (anycorn, daphne, gunicorn, hypercorn)" in said
    assert "uvicorn" not in said
    assert elsewhere("no-such-scenario") is None


def test_without_uvicorn_it_says_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from wslab.cli.main import main; sys.exit(main(['trace', 'app:app']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "pip install 'wslab[trace]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_env_file_without_dotenv_is_refused_in_a_sentence(tmp_path):
    (tmp_path / ".env").write_text("COLOUR=blue\n")
    program = (
        "import sys; sys.modules['dotenv'] = None\n"
        "from wslab.cli.main import main\n"
        "sys.exit(main(['trace', 'app:app', '--env-file', '.env']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("wslab trace: uvicorn reads --env-file with")
    assert ended.stderr.endswith("pip install python-dotenv\n")
    assert ended.stderr.count("\n") == 1
