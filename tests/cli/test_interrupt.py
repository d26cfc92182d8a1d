"""Ctrl-C and SIGTERM leave no kernel, no child of one, and no temporary file behind."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from ..site.conftest import ALONE
from ..site.written import write

BUSY = """\
import os, pathlib, subprocess, tempfile, time
directory = tempfile.mkdtemp()
child = subprocess.Popen(["sleep", "97"], start_new_session=True, cwd=directory)
pathlib.Path("{name}.part").write_text(f"{{os.getpid()}} {{child.pid}}")
pathlib.Path("{name}.part").rename("{name}")
{wait}
"""
WAITS = "await __import__('asyncio').sleep(60)"
COMPUTES = "while True: pass"
IN_THE_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")

each_signal = pytest.mark.parametrize(
    ("number", "status", "before"),
    [
        pytest.param(signal.SIGINT, 130, (), id="SIGINT"),
        pytest.param(signal.SIGTERM, 143, (), id="SIGTERM"),
        pytest.param(signal.SIGTERM, 143, IN_THE_BACKGROUND, id="in the background"),
    ],
)


@contextmanager
def wslab(
    directory: Path, *arguments: str, before: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[str]]:
    """A `wslab` command that has ended when this does, and has left no file."""
    temporary = directory / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        [*before, sys.executable, "-m", "wslab.cli", *arguments],
        cwd=directory,
        env={**os.environ, **ALONE, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        try:
            yield command
        finally:
            command.kill()
    assert list(temporary.iterdir()) == []


def wait_for(path: Path, command: subprocess.Popen[str]) -> str:
    """The text of a file that a command will have written."""
    deadline = time.monotonic() + 90
    while not path.exists():
        assert command.poll() is None, command.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return path.read_text()


def assert_gone(processes: list[psutil.Process]) -> None:
    """Nothing of them is left; init takes a moment to bury orphans."""
    _, alive = psutil.wait_procs(processes, timeout=5)
    assert not alive


@each_signal
def test_kernels_that_wait_and_kernels_that_compute(
    number: signal.Signals, status: int, before: tuple[str, ...], tmp_path: Path
):
    for name, wait in {"a": WAITS, "b": COMPUTES}.items():
        write(tmp_path / f"{name}.ipynb", BUSY.format(name=name, wait=wait))
    arguments = ("execute", "--jobs=2", "a.ipynb", "b.ipynb")
    with wslab(tmp_path, *arguments, before=before) as command:
        pids = [
            int(pid)
            for name in "ab"
            for pid in wait_for(tmp_path / name, command).split()
        ]
        family = [psutil.Process(pid) for pid in pids]
        command.send_signal(number)
        _, errors = command.communicate(timeout=60)
    assert command.returncode == status, errors
    assert "interrupted; every kernel is stopped" in errors
    assert "Traceback" not in errors
    assert_gone(family)


@each_signal
def test_while_kernels_start(
    number: signal.Signals, status: int, before: tuple[str, ...], tmp_path: Path
):
    write(tmp_path / "a.ipynb", "1")
    with wslab(tmp_path, "execute", "a.ipynb", before=before) as command:
        process = psutil.Process(command.pid)
        deadline = time.monotonic() + 90
        while not (kernels := process.children(recursive=True)):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        command.send_signal(number)
        _, errors = command.communicate(timeout=60)
    assert command.returncode == status, errors
    assert_gone(kernels)


@pytest.mark.parametrize(
    ("command", "before"), [("build", ()), ("serve", IN_THE_BACKGROUND)]
)
def test_sigterm_while_a_site_is_built(
    command: str, before: tuple[str, ...], project: Path
):
    source = BUSY.format(name="a", wait=WAITS)
    write(project / "notebooks" / "01-first.ipynb", "# First", source)
    with wslab(project, command, before=before) as process:
        pids = wait_for(project / "notebooks" / "a", process).split()
        family = [psutil.Process(int(pid)) for pid in pids]
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 143, errors
    assert "Traceback" not in errors
    assert_gone(family)


def test_sigterm_while_a_site_is_served(project: Path):
    with wslab(project, "serve", before=IN_THE_BACKGROUND) as process:
        assert process.stderr
        log = [next(process.stderr)]
        while "Serving on" not in log[-1]:
            log.append(next(process.stderr))
        # mkdocs says so before the thread that serves is at work: ask for the page.
        address = log[-1].split()[-1]
        with urllib.request.urlopen(address, timeout=60) as response:
            assert b"First" in response.read()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 143, errors
    assert "Traceback" not in errors
