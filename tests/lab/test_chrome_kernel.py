"""A browser that a notebook's kernel starts, and that an interrupt must end."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

import psutil
import pytest

pytestmark = pytest.mark.needs("chromium")

HANGS = """
from wslab.lab import chromium
async with chromium() as started:
    tab = await started.open()
    print("open")
    await tab.run("await new Promise(() => {})")
"""


def test_it_works_in_a_kernels_running_loop(kernel):
    cell = kernel.run(HANGS.replace("await new Promise(() => {})", "return 1 + 1"))
    assert cell.error == ""
    assert _grown(kernel) == []


def test_cells_in_quick_succession_share_a_process_but_no_cookies(kernel):
    kernel.run(
        "from wslab.lab import chromium, serve\n"
        "from wslab.lab.chrome import process\n"
        "usual, process.IDLE = process.IDLE, 600  # however slow this machine is\n"
        "async def app(scope, receive, send):\n"
        "    await send({'type': 'http.response.start', 'status': 200})\n"
        "    await send({'type': 'http.response.body'})\n"
        "server = await serve(app, lifespan='off')\n"
        "async def look():\n"
        "    async with chromium() as started:\n"
        "        tab = await started.open(server.http_url())\n"
        "        before = await tab.run('return document.cookie')\n"
        "        await tab.run(\"document.cookie = 'login=ann'\")\n"
        "        return before"
    )
    queued = [kernel.send("await look()") for _ in range(2)]
    first = kernel.output(queued[0], timeout=60)
    shared = set(_browsers(kernel))
    second = kernel.output(queued[1], timeout=60)
    assert first.result == second.result == "''"
    assert len(shared) == 1
    assert shared == set(_browsers(kernel))
    assert not kernel.run("process.IDLE = usual; await look()").error
    assert _grown(kernel) == []


def _browsers(kernel):
    children = psutil.Process(kernel.pid).children(recursive=True)
    return [p for p in children if _is_browser(p)]


def _is_browser(process):
    with suppress(psutil.NoSuchProcess):
        line = process.cmdline()
        return "--remote-debugging-pipe" in line and not any(
            "--type=" in a for a in line
        )


@pytest.mark.parametrize("to_the_group", [True, False])
def test_an_interrupted_cell_leaves_no_process(own_kernel, to_the_group):
    """JupyterLab interrupts the kernel's whole process group, others the kernel."""
    own_kernel.run("from wslab.lab import serve; import asyncio")
    own_kernel.run("async with serve(lambda *_: asyncio.sleep(0)): pass")
    request = own_kernel.send(HANGS)
    printed = ""
    while "open" not in printed:
        message = own_kernel.client.get_iopub_msg(timeout=30)
        printed = message["content"].get("text", "")
    send = os.killpg if to_the_group else os.kill
    send(own_kernel.pid, signal.SIGINT)
    assert own_kernel.output(request).error
    assert _grown(own_kernel) == []
    assert own_kernel.run("1 + 1").result == "2"


def test_a_later_cell_hears_nothing_of_a_browser_that_an_interrupt_ended(own_kernel):
    """JupyterLab's goes to all that the kernel started, what drives Chromium, too."""
    look = HANGS.replace("await new Promise(() => {})", "return 1 + 1")
    own_kernel.run("import asyncio, gc\n" + look)
    request = own_kernel.send("print('waits')\nawait asyncio.sleep(600)")
    printed = ""
    while "waits" not in printed:
        message = own_kernel.client.get_iopub_msg(timeout=30)
        printed = message["content"].get("text", "")
    os.killpg(own_kernel.pid, signal.SIGINT)
    assert own_kernel.output(request).error
    assert _grown(own_kernel) == []
    again = own_kernel.run(look)
    assert (again.stdout, again.error) == ("open\n", "")
    assert own_kernel.run("gc.collect()").stderr == ""


def test_a_browser_is_lost_before_the_kernel_hears_of_it(own_kernel):
    look = HANGS.replace("await new Promise(() => {})", "return 1 + 1")
    own_kernel.run(
        "import contextlib, psutil\n"
        "from wslab.lab.chrome import process\n"
        "process.IDLE = 600  # however slow this machine is\n" + look
    )
    again = own_kernel.run(
        "started = psutil.Process().children(recursive=True)\n"
        "for it in started:\n"
        "    with contextlib.suppress(psutil.NoSuchProcess): it.kill()\n"
        "assert psutil.wait_procs(started, 30)[1] == []\n"
        "process.IDLE = 0.5" + look
    )
    assert (again.stdout, again.error) == ("open\n", "")
    assert own_kernel.run("1 + 1").result == "2"


def _grown(kernel):
    """The processes under the kernel that do not go away."""
    children = psutil.Process(kernel.pid).children(recursive=True)
    return psutil.wait_procs(children, timeout=30)[1]
