"""A forked process is what a shell would have started; none is left."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

import psutil
import pytest

from wslab.atlas.columns import column
from wslab.atlas.servers.fork_server import ForkServer
from wslab.atlas.servers.launcher import Child, Launcher, Shell
from wslab.atlas.servers.table import SERVERS
from wslab.atlas.subject import environment

PROBE = """\
import json, multiprocessing, os, signal, socket, sys, threading

def tell(**more):
    handled = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)
    print(json.dumps({
        "directory": os.getcwd(),
        "variable": os.environ["VARIABLE"],
        "descriptors": len(os.listdir("/dev/fd")),
        "threads": threading.active_count(),
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "handled": [str(signal.getsignal(it)) for it in handled],
        **more,
    }), flush=True)

def work():
    group = os.getpgid(0) == os.getppid()
    tell(imported="asyncio" in sys.modules, group=group, descriptors=None)

match sys.argv[1:] if __name__ == "__main__" else []:
    case ["status", status]:
        sys.exit(int(status))
    case ["wait"]:
        signal.pause()
    case ["spawn"]:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        worker = multiprocessing.get_context("spawn").Process(target=work)
        worker.start()
        worker.join()
        sys.exit(worker.exitcode)
    case ["show", descriptor]:
        tell(
            name=__name__,
            file=__spec__.name,
            group=os.getpgid(0) == os.getpid(),
            input=sys.stdin.read(),
            address=socket.socket(fileno=int(descriptor)).getsockname(),
        )
"""


@pytest.fixture
def variables(tmp_path: Path) -> Mapping[str, str]:
    """The environment of a process that finds the module `probe`."""
    (tmp_path / "probe.py").write_text(PROBE)
    own = environment("127.0.0.1:1")
    path = os.pathsep.join([str(tmp_path), own["PYTHONPATH"]])
    return {**own, "PYTHONPATH": path, "VARIABLE": "naïve"}


COMMAND = [sys.executable, "-m", "probe"]
forks = partial(ForkServer, COMMAND, ["asyncio"])


async def start(launcher: Launcher, *arguments: str) -> Child:
    with TemporaryFile() as log:
        return await launcher.launch([*COMMAND, *arguments], log.fileno(), None)


async def shown(launcher: Launcher) -> object:
    """What a process finds where it is started."""
    with TemporaryFile() as log, socket.create_server(("127.0.0.1", 0)) as listener:
        command = [*COMMAND, "show", str(launcher.descriptor(listener))]
        child = await launcher.launch(command, log.fileno(), listener)
        status = await child.wait()
        log.seek(0)
        printed = log.read().decode()
        assert status == 0, printed
        found = json.loads(printed)
        assert found.pop("address") == list(listener.getsockname())
    return found


async def test_a_forked_process_finds_what_a_started_one_finds(variables):
    async with Shell(variables) as shell, forks(variables) as server:
        started = await shown(shell)
        assert await shown(server) == started
        assert await shown(server) == started


async def of_worker(launcher: Launcher) -> dict[str, object]:
    """What a worker finds that a process spawns."""
    with TemporaryFile() as log:
        child = await launcher.launch([*COMMAND, "spawn"], log.fileno(), None)
        status = await child.wait()
        log.seek(0)
        printed = log.read().decode()
        assert status == 0, printed
    found: dict[str, object] = json.loads(printed)
    return found


async def test_a_worker_that_a_forked_process_spawns_is_forked(variables):
    """It finds what a spawned one finds, and what is imported already."""
    async with Shell(variables) as shell, forks(variables) as server:
        spawned, forked = await of_worker(shell), await of_worker(server)
    assert (spawned.pop("imported"), forked.pop("imported")) == (False, True)
    assert forked == spawned


async def test_the_ends_of_several_processes(variables):
    async with forks(variables) as server:
        numbers = [0, 3, 7]
        ends = [await start(server, "status", str(number)) for number in numbers]
        assert [await child.wait() for child in ends] == numbers
        assert [child.returncode for child in ends] == numbers
        waits = await start(server, "wait")
        assert waits.returncode is None
        waits.send_signal(signal.SIGTERM)
        assert await waits.wait() == -signal.SIGTERM
        with pytest.raises(ProcessLookupError):
            waits.send_signal(signal.SIGTERM)


async def test_what_still_runs_ends_with_the_fork_server(variables):
    async with forks(variables) as server:
        children = [await start(server, "wait") for _ in range(3)]
    assert [child.returncode for child in children] == [-signal.SIGKILL] * 3
    assert not any(psutil.pid_exists(child.pid) for child in children)


async def test_a_launch_that_is_cancelled_leaves_no_process(variables):
    async with forks(variables) as server:
        launch = asyncio.create_task(start(server, "wait"))
        await asyncio.sleep(0)  # it has begun
        launch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await launch
        child = await start(server, "status", "4")
        assert await child.wait() == 4


async def test_a_module_that_can_not_be_imported(variables, capfd):
    async with ForkServer(COMMAND, ["no_such_module"], variables) as server:
        for _ in range(2):
            with pytest.raises(OSError, match="-m probe can't be forked"):
                await start(server, "status", "0")
    assert "No module named 'no_such_module'" in capfd.readouterr().err


@pytest.mark.parametrize("name", SERVERS)
async def test_what_each_server_preloads_has_no_thread_and_no_event_loop(name):
    """Either would be shared, or missing, in a forked process."""
    code = (
        "import asyncio, importlib, os, sys, threading\n"
        "before = len(os.listdir('/dev/fd'))\n"
        "asyncio.events.BaseDefaultEventLoopPolicy.new_event_loop = None\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
        "assert len(os.listdir('/dev/fd')) == before\n"
        "assert 'twisted.internet.reactor' not in sys.modules"
    )
    command = (sys.executable, "-c", code, *SERVERS[name].preload)
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0
    assert SERVERS[name].preload
    assert column(name).name == name
