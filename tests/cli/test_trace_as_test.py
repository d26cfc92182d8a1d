"""`wslab trace --as-test`: the file that it writes, and what pytest makes of it."""

import os
import subprocess
import sys
from pathlib import Path

from .traced import trace

SERVED = ("app:app", "--port", "0")


def pytest_on(file: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "pytest", "-p", "wslab.lab.fixture", file.name]
    return subprocess.run(
        program,
        cwd=file.parent,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )


def test_what_clients_did_is_a_test_of_the_application(tmp_path):
    file = tmp_path / "test_app.py"
    with trace(tmp_path, "--as-test", str(file), *SERVED) as command:
        command.say("hello", "x" * 500)
        command.wait_for_text("Why: ")
        with command.client():
            assert command.end() == 0
    assert f"2 connections are in {file}" in command.err
    done = pytest_on(file)
    assert "2 passed" in done.stdout, done.stdout
    application = tmp_path / "app.py"
    application.write_text(application.read_text().replace(": text}", ': "x"}'))
    done = pytest_on(file)
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "assert 'x' == 'hello'" in done.stdout


def test_a_recording_becomes_a_test_narrowed_as_any_view(tmp_path):
    recording, file = tmp_path / "today.trace", tmp_path / "test_app.py"
    arguments = ("--out", str(recording), "app:make", "--factory", "--port", "0")
    with trace(tmp_path, *arguments) as command:
        command.say("one", path="/one")
        command.say("two", path="/two")
        assert command.end() == 0
    words = ["show", str(recording), "--as-test", str(file), "--path", "/two"]
    with trace(tmp_path, *words) as command:
        assert command.status() == 0
    assert "/one" not in file.read_text()
    assert "traced(app())" in file.read_text()
    done = pytest_on(file)
    assert "1 passed" in done.stdout, done.stdout


def test_a_reloader_is_refused_in_a_sentence_which_says_what_to_do(tmp_path):
    file = tmp_path / "test_app.py"
    with trace(tmp_path, "--as-test", str(file), "--reload", *SERVED) as command:
        assert command.status() == 2
    said = command.err[-1]
    assert "record with --out FILE, then `wslab trace show FILE --as-test TEST`" in said
    assert not file.exists()


def test_what_was_recorded_through_reloads_becomes_a_test(tmp_path):
    recording, file = tmp_path / "it.trace", tmp_path / "test_app.py"
    words = ("--out", str(recording), "--reload", "--reload-delay", "0.05", *SERVED)
    with trace(tmp_path, *words) as command:
        command.wait_for_text("Started server process")
        command.say("one", path="/one")
        application = tmp_path / "app.py"
        application.write_text(application.read_text() + "\n# changed\n")
        command.wait_for_text("Started server process", times=2)
        command.say("two", path="/two")
        assert command.end() == 0
    with trace(tmp_path, "show", str(recording), "--as-test", str(file)) as command:
        assert command.status() == 0
    done = pytest_on(file)
    assert "2 passed" in done.stdout, done.stdout


def test_a_file_that_is_there_stays_as_it_is(tmp_path):
    file = tmp_path / "test_app.py"
    file.write_text("mine")
    with trace(tmp_path, "--as-test", str(file), *SERVED) as command:
        assert command.status() == 2
    assert command.err == [
        f"wslab trace: {file} is there already: --as-test writes a new file"
    ]
    assert file.read_text() == "mine"


def test_a_server_elsewhere_cannot_be_imported(tmp_path):
    words = ("--proxy", "ws://127.0.0.1:1", "--as-test", str(tmp_path / "test_app.py"))
    with trace(tmp_path, *words) as command:
        assert command.status() == 2
    assert "needs an application to import, not ws://127.0.0.1:1" in command.err[0]
