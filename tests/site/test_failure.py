"""Seeded faults: each is detected, and the report says where to mend it."""

import re
from pathlib import Path

import pytest

from wslab.site.execution.failure import ExecutionError
from wslab.site.execution.queue import execute_all

from .written import write

SOON = 5.0  # seconds until a cell that hangs is ended; no other takes as long


def report(path: Path, timeout: float = 60) -> str:
    """The explanation of why a notebook fails."""
    with pytest.raises(ExecutionError) as caught:
        execute_all([path], cache=None, timeout=timeout)
    assert "\x1b" not in str(caught.value)
    return str(caught.value)


def test_a_wrong_assert(tmp_path: Path):
    lines = "code = 1006\nexpected = 1000\nassert code == expected, 'no close frame'"
    text = report(write(tmp_path / "03-a.ipynb", "# Title", "1", lines))
    assert "03-a.ipynb, cell 3 (In [2]), line 3: AssertionError: no close frame" in text
    assert ">   3 | assert code == expected" in text
    assert "    2 | expected = 1000" in text


def test_a_failed_assert_shows_what_it_compared(tmp_path: Path):
    lines = (
        "import asyncio\ncalls = []\n\n"
        "async def code():\n    calls.append(1)\n    return 1006\n\n"
        "limit = 5\nassert limit == 5\n"
        "assert limit > 4 and (await code()) in (1000, 1001)"
    )
    text = report(write(tmp_path / "a.ipynb", lines))
    compared = text.partition("  compared:\n")[2].partition("\n\n")[0]
    assert compared.splitlines() == ["    limit = 5", "    await code() = 1006"]
    assert "line 10: AssertionError" in text


def test_a_failed_assert_of_many_lines_shows_what_it_compared(tmp_path: Path):
    lines = (
        "words = ['a']\nassert (\n    (last := words[-1])\n    == 'b'\n), (\n"
        "    'the last word'\n)"
    )
    text = report(write(tmp_path / "a.ipynb", lines))
    compared = text.partition("  compared:\n")[2].partition("\n\n")[0]
    assert compared.splitlines() == ["    (last := words[-1]) = 'a'"]


def test_the_operands_of_an_assert_are_evaluated_once(tmp_path: Path):
    counted = "calls = []\nassert not calls.append(1)\nassert calls.pop() == 1"
    path = write(tmp_path / "a.ipynb", counted, "assert calls == [], 'called again'")
    execute_all([path], cache=None)


def test_a_long_value_of_an_assert_is_cut(tmp_path: Path):
    text = report(write(tmp_path / "a.ipynb", "x = 'a' * 10**6\nassert x == 'b'"))
    assert "    x = 'aaaa" in text
    assert len(text) < 4000


def test_a_fault_in_a_function_of_an_earlier_cell(tmp_path: Path):
    define = "def check(x):\n    return 1 / x"
    text = report(write(tmp_path / "a.ipynb", define, "y = 0\ncheck(y)"))
    assert "cell 2 (In [2]), line 2: ZeroDivisionError" in text
    assert "Cell In[1], line 2, in check(x)" in text


def test_code_that_is_no_python(tmp_path: Path):
    text = report(write(tmp_path / "a.ipynb", "x = 1\ndef :"))
    assert "cell 1 (In [1]), line 2: SyntaxError: invalid syntax\n" in text


def test_colours_only_where_they_are_asked_for(tmp_path: Path):
    with pytest.raises(ExecutionError) as caught:
        execute_all([write(tmp_path / "a.ipynb", "1 / 0")], cache=None)
    assert "\x1b" in caught.value.explain(colour=True)


def test_a_task_that_waits_for_ever(tmp_path: Path):
    path = write(
        tmp_path / "a.ipynb",
        "import asyncio\n\n"
        "async def reader(queue):\n    return await queue.get()\n\n"
        "async def outer():\n    await reader(asyncio.Queue())",
        "waiting = asyncio.create_task(outer(), name='the reader')\nawait waiting",
    )
    text = report(path, timeout=SOON)
    assert "cell 2 (In [2]), line 2: the cell did not end within 5 s" in text
    assert ">   2 | await waiting" in text
    chain = (
        r"task the reader: outer \(Cell In\[1\], line 7\) -> "
        r"reader \(Cell In\[1\], line 4\) -> Queue\.get \(asyncio/queues\.py"
    )
    assert re.search(chain, text)


@pytest.mark.parametrize("blocking", ["time.sleep(60)", "while True: pass"])
def test_a_cell_that_blocks_the_kernel(tmp_path: Path, blocking: str):
    path = write(
        tmp_path / "a.ipynb",
        "import time, asyncio\n"
        "async def other():\n    await asyncio.sleep(99)\n\n"
        "task = asyncio.create_task(other(), name='held up')\n"
        "await asyncio.sleep(0)",
        f"def busy():\n    {blocking}\n\nbusy()",
    )
    text = report(path, timeout=SOON)
    assert "cell 2 (In [2]), line 2: the cell did not end within 5 s" in text
    assert re.search(r"<module> \(Cell In\[2\], line 4\)\s+busy \(Cell In\[2\]", text)
    assert "task held up: other (Cell In[1], line 3) -> sleep" in text


def test_c_code_that_holds_the_kernel(tmp_path: Path):
    text = report(write(tmp_path / "a.ipynb", "sum(range(10**12))"), timeout=SOON)
    assert "did not end within 5 s" in text
    assert re.search(r'Current thread .*\n.*File "\S*ipykernel_\S+", line 1', text)


def test_a_kernel_that_dies(tmp_path: Path):
    text = report(write(tmp_path / "a.ipynb", "import os\nos._exit(3)"))
    # It may die before it has told the cell's number.
    assert re.search(r"cell 1( \(In \[1\]\))?: the kernel died", text)


def test_a_package_that_the_kernel_cannot_import(tmp_path: Path, monkeypatch):
    (tmp_path / "wslab.py").write_text("import missing_module")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    text = report(write(tmp_path / "notebooks" / "a.ipynb", "1"))
    assert "a.ipynb: no kernel" in text
    assert "No module named 'missing_module'" in text


def test_a_tagged_cell_that_does_not_raise(tmp_path: Path):
    text = report(write(tmp_path / "a.ipynb", "1", tags={0: "raises-exception"}))
    assert "cell 1 (In [1]): tagged raises-exception, but nothing was raised" in text


def test_a_tagged_cell_that_raises_is_as_it_should_be(tmp_path: Path):
    path = write(tmp_path / "a.ipynb", "1 / 0", "2", tags={0: "raises-exception"})
    (done,) = execute_all([path], cache=None)
    assert done.notebook.cells[0].outputs[0].ename == "ZeroDivisionError"


def test_a_traceback_that_only_the_log_shows(tmp_path: Path):
    source = (
        "import asyncio\nasync def fails():\n    1 / 0\n\n"
        "task = asyncio.create_task(fails())\nawait asyncio.sleep(0.01)\ndel task"
    )
    text = report(write(tmp_path / "a.ipynb", source))
    assert "a traceback in the background: ZeroDivisionError" in text


SERVER = "import socket\nserver = socket.create_server(('127.0.0.1', 0))"
THREAD = (
    "import threading\nthreading.Thread("
    "target=threading.Event().wait, name='left over', daemon=True).start()"
)
TASK = (
    "import asyncio\nforgotten = asyncio.Event()\n"
    "task = asyncio.create_task(forgotten.wait(), name='left over')"
)
PROCESS = "import subprocess\nprocess = subprocess.Popen(['sleep', '98.7'])"
LEAKS = {
    "server": (SERVER, r"a server still listens on 127\.0\.0\.1:\d+"),
    "thread": (THREAD, "the thread 'left over' still runs"),
    "task": (TASK, r"a task is still pending: left over: Event\.wait \(asyncio/locks"),
    "process": (PROCESS, r"the process \d+ still runs: sleep 98\.7"),
}


@pytest.mark.parametrize("kind", LEAKS)
def test_what_is_left_after_the_last_cell(tmp_path: Path, kind: str):
    source, named = LEAKS[kind]
    text = report(write(tmp_path / "a.ipynb", source))
    assert re.search(rf"a\.ipynb: after its last cell {named}", text)


def test_what_ends_by_itself_is_no_leak(tmp_path: Path):
    ends = (
        f"{SERVER}\nserver.close()\n{PROCESS}\nprocess.kill()\n"
        "import asyncio, threading\n"
        "threading.Timer(0.2, print).start()\n"
        "await asyncio.to_thread(print)\n"
        "task = asyncio.create_task(asyncio.sleep(0.2))"
    )
    execute_all([write(tmp_path / "a.ipynb", ends)], cache=None)


LAB = (
    "from wslab.lab import serve\n\n"
    "async def app(scope, receive, send):\n"
    "    await receive()\n"
    "    await send({'type': 'websocket.accept'})\n"
    "    raise LookupError('no such room')\n\n"
    "server = await serve(app, lifespan='off')"
)
CALL = (
    "from websockets.asyncio.client import connect\n"
    "async with connect(server.url('/')) as client:\n"
    "    await client.wait_closed()\n"
    "assert client.close_code == 1000"
)


def test_a_server_of_the_lab_that_is_not_stopped(tmp_path: Path):
    text = report(write(tmp_path / "a.ipynb", LAB))
    assert re.search(r"a server still listens on 127\.0\.0\.1:\d+", text)
    assert "the thread 'wslab server' still runs" in text


def test_the_servers_side_of_a_failure(tmp_path: Path):
    text = report(write(tmp_path / "a.ipynb", LAB, CALL))
    assert "cell 2 (In [2]), line 4: AssertionError" in text
    server = text.partition("  server:\n")[2]
    assert re.search(r'File "Cell In\[1\]", line 6, in app', server)
    assert "LookupError: no such room" in server


def test_a_lifespan_that_fails(tmp_path: Path):
    source = (
        "from wslab.lab import serve\n\n"
        "async def app(scope, receive, send):\n"
        "    await receive()\n"
        "    raise OSError('the database is away')\n\n"
        "server = await serve(app, lifespan='on')"
    )
    text = report(write(tmp_path / "a.ipynb", source))
    assert "cell 1 (In [1]), line 7: LifespanError" in text
    assert "the database is away" in text
