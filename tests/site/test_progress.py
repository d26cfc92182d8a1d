"""Whoever waits for an execution sees which notebook is at which cell."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

from wslab.site.execution.failure import plain

from .written import write

WAIT = """\
import asyncio, pathlib
async with asyncio.timeout(60):
    while not pathlib.Path("seen").exists():
        await asyncio.sleep(0.02)
"""


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "wslab.cli", "execute", str(path)]


def test_a_log_gets_a_line_for_each_end_and_is_never_silent(tmp_path: Path):
    path = write(tmp_path / "03-slow.ipynb", "1", WAIT, "2")
    with subprocess.Popen(
        command(path), cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr
        lines = []
        for line in run.stderr:
            lines.append(line)
            # The notebook ends once its progress was seen: no line, no end.
            if line == "  03-slow: cell 2 of 3\n":
                (tmp_path / "seen").touch()
    assert run.returncode == 0
    assert lines[0] == "executing 1 notebook, " + lines[0].partition(", ")[2]
    assert lines[-1].startswith("03-slow: executed in ")
    assert "\x1b" not in "".join(lines)


def test_a_terminal_gets_a_live_line_for_each_notebook(tmp_path: Path):
    path = write(tmp_path / "03-slow.ipynb", "1", WAIT, "2")
    terminal, end = pty.openpty()
    with subprocess.Popen(command(path), cwd=tmp_path, stderr=end) as run:
        os.close(end)
        text, deadline = "", time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                text += os.read(terminal, 4096).decode()
            except OSError:  # the other end is closed
                break
            if "03-slow: cell 2 of 3" in text:
                (tmp_path / "seen").touch()
    os.close(terminal)
    assert run.returncode == 0
    assert "03-slow: kernel starts" in text
    assert "\x1b[1F\x1b[J" in text  # the live line is drawn over
    assert plain(text).strip().splitlines()[-1].startswith("03-slow: executed in ")
