"""Ctrl-C during an execution leaves no kernel, and no child of a kernel, behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from ..site.written import write

BUSY = """\
import os, pathlib, subprocess, time
child = subprocess.Popen(["sleep", "97"], start_new_session=True)
pathlib.Path("{name}.part").write_text(f"{{os.getpid()}} {{child.pid}}")
pathlib.Path("{name}.part").rename("{name}")
{wait}
"""


def wait_for(path: Path, command: subprocess.Popen[str]) -> str:
    """The text of a file that a command will have written."""
    deadline = time.monotonic() + 30
    while not path.exists():
        assert command.poll() is None, command.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return path.read_text()


def assert_gone(processes: list[psutil.Process]) -> None:
    """Nothing of them is left; init takes a moment to bury orphans."""
    _, alive = psutil.wait_procs(processes, timeout=5)
    assert not alive


def test_ctrl_c_stops_kernels_that_wait_and_kernels_that_compute(tmp_path: Path):
    waits = ("await __import__('asyncio').sleep(60)", "while True: pass")
    paths = [
        write(tmp_path / f"{name}.ipynb", BUSY.format(name=name, wait=wait))
        for name, wait in zip("ab", waits, strict=True)
    ]
    arguments = [sys.executable, "-m", "wslab.cli", "execute", "--jobs=2", *paths]
    with subprocess.Popen(
        arguments,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        pids = [
            int(pid)
            for name in "ab"
            for pid in wait_for(tmp_path / name, command).split()
        ]
        family = [psutil.Process(pid) for pid in pids]
        command.send_signal(signal.SIGINT)
        _, errors = command.communicate(timeout=20)
    assert command.returncode == 130
    assert "interrupted; every kernel is stopped" in errors
    assert "Traceback" not in errors
    assert_gone(family)


def test_ctrl_c_while_kernels_start(tmp_path: Path):
    path = write(tmp_path / "a.ipynb", "1")
    arguments = [sys.executable, "-m", "wslab.cli", "execute", str(path)]
    with subprocess.Popen(
        arguments,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        process = psutil.Process(command.pid)
        deadline = time.monotonic() + 30
        while not (kernels := process.children(recursive=True)):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        command.send_signal(signal.SIGINT)
        _, errors = command.communicate(timeout=20)
    assert command.returncode == 130, errors
    assert_gone(kernels)
