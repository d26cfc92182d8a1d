"""Execute notebooks in parallel, each in a kernel of its own, if something changed."""

import asyncio
import os
import platform
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nbformat import NotebookNode

from wslab.kernel.interrupt import cancelled_by_sigterm
from wslab.site.execution.cache import Cache, Record
from wslab.site.execution.failure import ExecutionError, Failure
from wslab.site.execution.progress import Progress, progress_on
from wslab.site.notebooks import code_cells, read_notebook

TIMEOUT = 60.0  # seconds for one cell
JOBS_PER_CORE = 3
"""Chapters wait for clients, timers and browsers for half of their time and more: on
two cores ten of them take 35 s with 2 kernels at a time, 27 s with 4, 24 s with 6."""


@dataclass
class Executed:
    """A notebook with its outputs."""

    path: Path
    notebook: NotebookNode
    record: Record
    cached: bool
    """Whether the outputs are those of an earlier execution."""

    @property
    def name(self) -> str:
        """The file's name without its suffix, as in `03-closing`."""
        return self.path.stem


@dataclass
class Stale:
    """A notebook whose outputs are to be made, and the key to keep them under."""

    path: Path
    notebook: NotebookNode
    key: str


def execute_all(
    paths: Iterable[Path],
    *,
    cache: Cache | None,
    jobs: int | None = None,
    timeout: float = TIMEOUT,
    progress: Progress | None = None,
) -> list[Executed]:
    """Execute notebooks and return them, with their outputs, in the given order.

    All are executed even if one fails. Ctrl-C and SIGTERM kill the kernels. This runs
    an event loop, and so cannot be called from one.

    Args:
        paths: of the notebooks.
        cache: keeps outputs for another time; without one everything is executed.
        jobs: the number of kernels at a time, by default `JOBS_PER_CORE` for each
            usable core.
        timeout: the seconds that one cell may take.
        progress: is told how far they are; by default what suits standard error.

    Raises:
        ExecutionError: notebooks failed; its text explains every failure.
        NotebookError: a file is no notebook.
    """
    progress = progress or progress_on()
    results: dict[Path, Executed] = {}
    stale: list[Stale] = []
    paths = [Path(path).resolve() for path in paths]
    for path in paths:
        notebook = read_notebook(path)
        key = cache.key(notebook) if cache else ""
        if cache and (record := cache.load(path, notebook, key)):
            results[path] = Executed(path, notebook, record, cached=True)
        else:
            stale.append(Stale(path, notebook, key))
    if cache and stale:
        cache.check()
    # The longest first, so that none is left alone at the end.
    stale.sort(key=lambda it: _expected(it, cache), reverse=True)
    jobs = jobs or JOBS_PER_CORE * usable_cores()
    with progress:
        progress.announce(len(paths), len(results), jobs)
        if stale:
            for done in asyncio.run(
                execute_stale(stale, jobs, timeout, progress, cache)
            ):
                results[done.path] = done
    return [results[path] for path in paths]


def _expected(it: Stale, cache: Cache | None) -> tuple[float, int]:
    """Return how long a notebook took last, if that is known, and the size of its code.

    One that has never been executed comes first: it may be the longest.
    """
    seconds = cache.seconds(it.path) if cache else 0
    size = sum(len(cell.source) for _, cell in code_cells(it.notebook))
    return seconds or float("inf"), size


async def execute_stale(
    stale: list[Stale],
    jobs: int,
    limit: float,
    progress: Progress,
    cache: Cache | None,
) -> list[Executed]:
    """Execute what the cache does not hold.

    Raises:
        ExecutionError: notebooks failed; it comes after the last has ended.
    """
    gate = asyncio.Semaphore(jobs)
    commit = commit_of(stale[0].path.parent)

    async def one(it: Stale) -> Executed | Failure:
        async with gate:
            done = await execute_one(it, limit, progress, commit)
        if cache and isinstance(done, Executed):
            cache.store(it.path, it.notebook, it.key, done.record)
        return done

    ticker = asyncio.create_task(tick(progress))
    with cancelled_by_sigterm():
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(one(it)) for it in stale]
    ticker.cancel()
    results = [task.result() for task in running]
    if failures := [it for it in results if isinstance(it, Failure)]:
        raise ExecutionError(sorted(failures, key=lambda it: it.path))
    return [it for it in results if isinstance(it, Executed)]


async def execute_one(
    it: Stale, limit: float, progress: Progress, commit: str
) -> Executed | Failure:
    """Execute one notebook in a fresh kernel, in the notebook's own directory."""
    # Imported only now: a build in which nothing changed has no use for it.
    from wslab.site.execution.cells import CellFailed, execute_cells
    from wslab.site.execution.kernel import Kernel, KernelDied

    name, cells = it.path.stem, sum(1 for _ in code_cells(it.notebook))
    begun, started = datetime.now(UTC), time.perf_counter()
    progress.cell(name, 0, cells)
    failure: Failure | None = None
    try:
        async with Kernel(it.path.parent) as kernel:
            await execute_cells(
                kernel,
                it.path,
                it.notebook,
                limit=limit,
                on_cell=lambda number: progress.cell(name, number, cells),
            )
    except CellFailed as error:
        failure = error.failure
    except KernelDied as error:
        failure = Failure(it.path, "no kernel", details={"its last words": str(error)})
    seconds = time.perf_counter() - started
    if failure:
        progress.failed(name, seconds)
        return failure
    progress.finished(name, seconds)
    return Executed(it.path, it.notebook, record(begun, seconds, commit), cached=False)


async def tick(progress: Progress) -> None:
    """Let the display show that time passes."""
    while True:
        await asyncio.sleep(0.25)
        progress.tick()


def record(begun: datetime, seconds: float, commit: str) -> Record:
    """Return what the page of a notebook tells about its execution."""
    return Record(
        executed_at=begun.isoformat(timespec="seconds"),
        seconds=round(seconds, 1),
        python=platform.python_version(),
        uvicorn=installed_version("uvicorn"),
        websockets=installed_version("websockets"),
        commit=commit,
    )


def installed_version(name: str) -> str:
    """Return the version of a distribution, "" if it is not installed."""
    with suppress(PackageNotFoundError):
        return version(name)
    return ""


def commit_of(directory: Path) -> str:
    """Return the commit of a checkout, with `+` if a tracked file differs from it."""
    git = ("git", "-C", str(directory), "describe", "--always", "--exclude=*")
    with suppress(OSError, subprocess.SubprocessError):
        run = subprocess.run(
            [*git, "--dirty=+"], capture_output=True, text=True, timeout=10, check=True
        )
        return run.stdout.strip()
    return ""


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
