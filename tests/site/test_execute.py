"""Notebooks are executed in parallel, each in a kernel of this Python."""

import json
import platform
import re
import sys
import threading
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from jupyter_client.channels import HBChannel

from wslab.site.execution.failure import ExecutionError
from wslab.site.execution.kernel import Kernel
from wslab.site.execution.queue import execute_all
from wslab.site.notebooks import TAGS, NotebookError, read_notebook

from .written import write

MEETING = """\
import asyncio, pathlib
pathlib.Path("{mine}").touch()
async with asyncio.timeout(60):
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


async def test_a_kernel_has_no_thread_that_its_end_would_wait_for(tmp_path: Path):
    """The heartbeat's hangs if another program gets the port of a kernel that ended."""
    async with Kernel(tmp_path) as kernel:
        assert await kernel.evaluate("", "6 * 7") == 42
        assert not any(isinstance(it, HBChannel) for it in threading.enumerate())


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


@pytest.mark.parametrize("unit", ["/", " ", "`", "\x1b", "x"])
def test_a_line_of_a_megabyte_takes_no_build_down(tmp_path: Path, unit: str):
    """Each was searched for file names in time that grew with its square: hours."""
    line = f"{unit!r} * 10**6"
    path = write(
        tmp_path / "a.ipynb",
        f"import sys\nprint({line})\nprint({line}, file=sys.stderr)\n"
        f"raise ValueError({line})",
        f"text = {unit.replace(chr(27), ' ') * 10**6!r}",
        tags={0: "raises-exception"},
    )
    (done,) = execute_all([path], cache=None, timeout=30)
    outputs = done.notebook.cells[0].outputs
    assert sum(len(it.get("text", "")) for it in outputs) > 2 * 10**6


def test_the_report_of_a_line_of_a_megabyte_is_short(tmp_path: Path):
    source = f"print('/' * 10**6)\nx = {'/' * 10**6!r}; assert not x, x"
    with pytest.raises(ExecutionError) as caught:
        execute_all([write(tmp_path / "a.ipynb", source)], cache=None, timeout=30)
    assert "characters left out" in str(caught.value)
    assert len(str(caught.value)) < 20_000


def notebook_with(**changes: object) -> str:
    """The text of a notebook with one cell, but for some of its fields."""
    cell = {"cell_type": "code", "metadata": {}, "source": "1", "outputs": []}
    cell |= {"execution_count": None, "id": "a"}
    outer = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    cell["metadata"] = {"tags": changes.pop("tags", [])}
    return json.dumps({**outer, **changes})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"not a notebook: .*line 1 column 2"),
        ("[]", "not a notebook: it has no `nbformat`"),
        (notebook_with(nbformat=3), "of format 3, not 4; convert it: jupyter nbconv"),
        (notebook_with(cells=None), "its `cells` are no list"),
        (notebook_with(cells=[{"metadata": {}}]), "cell 1: not a cell: it has no"),
        (notebook_with(cells=[3]), "cell 1: not a cell: it has no"),
        (notebook_with(tags="solution"), r'cell 1: `tags` is "solution", not a list'),
        (notebook_with(tags=[1]), r"cell 1: `tags` is \[1\], not a list of strings"),
    ],
)
def test_what_is_no_notebook_of_format_4(tmp_path: Path, text: str, message: str):
    path = tmp_path / "bad.ipynb"
    path.write_text(text)
    with pytest.raises(NotebookError, match=rf"bad\.ipynb.*{message}"):
        read_notebook(path)
    with pytest.raises(NotebookError, match="a directory, not a notebook"):
        read_notebook(tmp_path)


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


def test_the_tags_that_authors_are_told_of_are_those_that_are_taken():
    guide = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()
    section = guide.partition("### Tags of cells")[2].partition("\n###")[0]
    assert set(re.findall(r"^\| `([a-z-]+)`", section, re.MULTILINE)) == set(TAGS)
