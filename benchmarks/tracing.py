"""What `wslab trace` costs: an echo under it, and under uvicorn alone.

Each server is a process of its own, as a user starts it, another one in each round,
since two of a kind differ for as long as they live. The 32 clients are in this process.
They have one message under way each, or 32. Throughput is told by the processor time
that all threads of the server take for it, since they share one interpreter's lock, and
what else runs on the machine must not count: nor does the process that reads what the
server notes. And the memory of a server with 1,000 connections, traced and not, with
that process.

    python benchmarks/tracing.py
"""

from __future__ import annotations

import asyncio
import os
import pty
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
from load.client import Client, allow_files, masked, opened, reply_size
from ratios import Bar, Run, alternate, report, verdict

CLIENTS = 32
WARM_UP = 2.5
SECONDS = 4.0
SETTLE = 2.5  # what is noted has been looked at, each 2 s at the latest
ROUNDS = 6
PAYLOAD = 64
CROWD = 1_000
CROWD_MIB = 150
BARS = {1: {"--out": 0.85, "terminal": 0.6}, 32: {"--out": 0.6, "terminal": 0.4}}
"""Messages under way of each client, and the bar of each way to trace."""

HERE = Path(__file__).parent
UVICORN = ["-m", "uvicorn"]
TRACE = ["-m", "wslab.cli", "trace"]
APPLICATION = ["load.echo:raw", "--port", "0", "--no-use-colors"]


@contextmanager
def serving(*words: str, on_terminal: bool = False) -> Iterator[tuple[int, int]]:
    """Run a server's command; gives its port and its process's id.

    `on_terminal` gives it a pseudo-terminal for its output, which is read and dropped.
    """
    ours, theirs = pty.openpty() if on_terminal else (None, None)
    if ours is not None:
        threading.Thread(target=drain, args=[ours], daemon=True).start()
    process = subprocess.Popen(
        [sys.executable, *words, *APPLICATION],
        cwd=HERE,
        stdout=subprocess.DEVNULL if theirs is None else theirs,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        line = next(line for line in process.stderr if "running on" in line)
        found = re.search(r":(\d+) ", line)
        assert found is not None
        threading.Thread(target=list, args=[process.stderr], daemon=True).start()
        yield int(found[1]), process.pid
    finally:
        process.kill()
        process.wait()
        for descriptor in (ours, theirs):
            if descriptor is not None:
                os.close(descriptor)


def drain(descriptor: int) -> None:
    """Read what a terminal would show."""
    try:
        while os.read(descriptor, 1 << 16):
            pass
    except OSError:
        return  # it is closed


async def throughput(port: int, pid: int, under_way: int) -> float:
    """Return the messages that a second of the server's processor time echoes.

    Of connections that have been at it for `WARM_UP` seconds.
    """
    frame, size = masked(b"x" * PAYLOAD), reply_size(PAYLOAD)
    received = 0
    rests = [0] * CLIENTS
    clients: list[Client] = []

    def came(index: int, data: bytes) -> None:
        nonlocal received
        count, rests[index] = divmod(rests[index] + len(data), size)
        received += count
        if count:
            clients[index].transport.write(frame * count)

    for index in range(CLIENTS):
        client = await opened("/", port, lambda data, index=index: came(index, data))
        clients.append(client)
    for client in clients:
        client.transport.write(frame * under_way)
    await asyncio.sleep(WARM_UP)
    before, received = processor_time(pid), 0
    await asyncio.sleep(SECONDS)
    ratio = received / (processor_time(pid) - before)
    for client in clients:
        client.transport.abort()
    return ratio


def run(name: str, words: list[str], under_way: int) -> float:
    """Return the `throughput` of a new server."""
    with serving(*words, on_terminal=name == "terminal") as server:
        return asyncio.run(throughput(*server, under_way))


def processor_time(pid: int) -> float:
    """Return the seconds that all threads of a process have used."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def speed(directory: Path) -> None:
    """Measure each way to trace beside the server alone."""
    ways = {
        "alone": UVICORN,
        "--out": [*TRACE, "--out", str(directory / "it.trace")],
        "terminal": TRACE,
    }
    for under_way, limits in BARS.items():
        runs: dict[str, Run] = {
            name: partial(run, name, words, under_way) for name, words in ways.items()
        }
        figures = alternate(runs, ROUNDS)
        bars = [Bar(name, "alone", it, True) for name, it in limits.items()]
        title = f"echo by {CLIENTS} clients, {under_way} under way each"
        report(title, figures, "alone", "1000/s", 1e-3, bars)


async def grown(port: int, pid: int) -> float:
    """Return by how many MiB a server grows for a crowd, each with 10 echoes."""
    frame, size = masked(b"x" * PAYLOAD), reply_size(PAYLOAD)
    before = resident(pid)
    missing = CROWD * 10 * size
    all_came = asyncio.Event()

    def count(data: bytes) -> None:
        nonlocal missing
        missing -= len(data)
        if not missing:
            all_came.set()

    clients = [await opened("/", port, count) for _ in range(CROWD)]
    for client in clients:
        client.transport.write(frame * 10)
    await all_came.wait()
    await asyncio.sleep(SETTLE)
    after = resident(pid)
    for client in clients:
        client.transport.abort()
    return (after - before) / 2**20


def resident(pid: int) -> int:
    """Return the bytes in memory of a process and those that it has started."""
    process = psutil.Process(pid)
    family = (process, *process.children(recursive=True))
    return sum(it.memory_info().rss for it in family)


def memory(directory: Path) -> None:
    """Measure what 1,000 connections at once take more than without a trace."""
    figures = {}
    for name, words in {
        "alone": UVICORN,
        "--out": [*TRACE, "--out", str(directory / "crowd.trace")],
        "terminal": TRACE,
    }.items():
        with serving(*words, on_terminal=name == "terminal") as (port, pid):
            figures[name] = asyncio.run(grown(port, pid))
    print(f"\n{CROWD} connections at once, with 10 echoes each")
    for name in ("--out", "terminal"):
        more = figures[name] - figures["alone"]
        verdict(f"MiB more, {name}", more, Bar(name, "alone", CROWD_MIB))


if __name__ == "__main__":
    allow_files(2 * CROWD + 100)
    with tempfile.TemporaryDirectory() as directory:
        speed(Path(directory))
        memory(Path(directory))
