"""Notebooks are executed in parallel, each in a kernel of this Python."""

import platform
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest

from wslab.site.execution.failure import ExecutionError
from wslab.site.execution.queue import execute_all
from wslab.site.notebooks import NotebookError

from .written import write

MEETING = """\
import asyncio, pathlib
pathlib.Path("{mine}").touch()
async with asyncio.timeout(20):
    while not pathlib.Path("{theirs}").exists():
        await asyncio.sleep(0.01)
"""


def printed(notebook) -> list[str]:
    """The text that each code cell printed or evaluated to."""
    outputs = [it for cell in notebook.cells for it in cell.get("outputs", ())]
    return [it.get("text") or it["data"]["text/plain"] for it in outputs]


def test_outputs_and_record(tmp_path: Path):
    path = write(tmp_path / "01-a.ipynb", "# A", "x = 20", "print(x)", "x + 1")
    (done,) = execute_all([path], cache=None)
    assert printed(done.notebook) == ["20\n", "21"]
    assert [cell.execution_count for cell in done.notebook.cells[1:]] == [1, 2, 3]
    assert (done.name, done.path, done.cached) == ("01-a", path, False)
    at = datetime.fromisoformat(done.record.executed_at)
    assert timedelta(0) <= datetime.now(UTC) - at < timedelta(minutes=2)
    assert 0 < done.record.seconds < 120
    assert done.record.python == platform.python_version()
    assert done.record.uvicorn == version("uvicorn")
    assert done.record.websockets == version("websockets")


def test_this_python_in_the_notebooks_directory(tmp_path: Path):
    path = write(
        tmp_path / "a.ipynb", "import sys, os", "sys.executable", "os.getcwd()"
    )
    (done,) = execute_all([path], cache=None)
    assert printed(done.notebook) == [repr(sys.executable), repr(str(tmp_path))]


def test_notebooks_run_at_the_same_time_and_come_back_in_order(tmp_path: Path):
    second = MEETING.format(mine="second", theirs="first")
    first = MEETING.format(mine="first", theirs="second")
    paths = [write(tmp_path / "b.ipynb", second), write(tmp_path / "a.ipynb", first)]
    done = execute_all(paths, cache=None, jobs=2)
    assert [it.name for it in done] == ["b", "a"]


def test_one_job_is_one_kernel_at_a_time(tmp_path: Path):
    alone = (
        "import os, pathlib\n"
        "here = pathlib.Path('alone')\n"
        "here.touch(exist_ok=False)\n"
        "await __import__('asyncio').sleep(0.2)\n"
        "here.unlink()"
    )
    paths = [write(tmp_path / f"{name}.ipynb", alone) for name in "abc"]
    assert len(execute_all(paths, cache=None, jobs=1)) == 3


def test_all_failures_are_told_and_the_others_still_run(tmp_path: Path):
    names = {"a": "1 / 0", "b": "open('ran', 'x').close()", "c": "assert False"}
    paths = [write(tmp_path / f"{name}.ipynb", names[name]) for name in names]
    with pytest.raises(ExecutionError) as caught:
        execute_all(paths, cache=None)
    assert [it.path.stem for it in caught.value.failures] == ["a", "c"]
    assert (tmp_path / "ran").exists()


def test_outputs_hold_no_directory_of_this_machine(tmp_path: Path):
    path = write(
        tmp_path / "notebooks" / "a.ipynb",
        "import json, warnings",
        "json.loads('{')",
        "warnings.warn('careful')",
        tags={1: "raises-exception"},
    )
    (done,) = execute_all([path], cache=None)
    text = str([cell.outputs for cell in done.notebook.cells])
    assert "json/decoder.py" in text
    assert "careful" in text
    for place in (sys.prefix, sys.base_prefix, str(tmp_path), "ipykernel_", "~/"):
        assert place not in text


def test_what_is_no_notebook(tmp_path: Path):
    with pytest.raises(NotebookError, match="no such notebook"):
        execute_all([tmp_path / "missing.ipynb"], cache=None)
    (tmp_path / "bad.ipynb").write_text("{")
    with pytest.raises(NotebookError, match=r"bad\.ipynb: not a notebook"):
        execute_all([tmp_path / "bad.ipynb"], cache=None)


def test_no_jupyter_configuration_decides_on_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    specification = tmp_path / "kernels" / "python3" / "kernel.json"
    specification.parent.mkdir(parents=True)
    specification.write_text('{"argv": ["/bin/false"], "display_name": "x"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    (done,) = execute_all([write(tmp_path / "a.ipynb", "6 * 7")], cache=None)
    assert printed(done.notebook) == ["42"]


def test_a_notebook_finds_no_names_but_its_own(tmp_path: Path):
    path = write(tmp_path / "a.ipynb", "sorted(n for n in dir() if n[0] != '_')")
    (done,) = execute_all([path], cache=None)
    (names,) = printed(done.notebook)
    assert names == "['In', 'Out', 'exit', 'get_ipython', 'open', 'quit']"
