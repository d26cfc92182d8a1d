"""What code expects of threads and of loops in them, where there is one only."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NoReturn

from wslab.live.loop import LiveLoop
from wslab.live.owner import OWNER

ANYIO = "anyio._backends._asyncio"


def complete(loop: LiveLoop) -> None:
    """Have waits turn a loop, and what wants threads call functions on it."""
    _wait_by_turning(loop)
    _see_own_tasks()
    _name_the_missing_threads()
    sys.meta_path.insert(0, _AnyioFinder(loop))


def _name_the_missing_threads() -> None:
    # CPython's message, "can't start new thread", does not say that none ever will be.
    def start(self: threading.Thread) -> NoReturn:
        raise RuntimeError("can't start new thread: a page has one thread only")

    threading.Thread.start = start  # type: ignore[method-assign]


def _wait_by_turning(loop: LiveLoop) -> None:
    # Events, queues, semaphores and futures wait for a condition. Only the page's one
    # thread can fulfil it, so that goes on meanwhile.
    def wait(self: Any, timeout: float | None = None) -> bool:
        if not self._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        waiter = _Waiter(loop)
        self._waiters.append(waiter)
        saved = self._release_save()
        try:
            notified = loop.block(waiter.notified_within(timeout))
        finally:
            self._acquire_restore(saved)
        if not notified and waiter in self._waiters:
            self._waiters.remove(waiter)
        return notified

    threading.Condition.wait = wait  # type: ignore[method-assign]
    # The one in C waits by itself.
    vars(queue)["SimpleQueue"] = vars(queue)["_PySimpleQueue"]


def _see_own_tasks() -> None:
    # Each server has a loop of its own elsewhere, where others' tasks are not seen.
    every = asyncio.all_tasks

    def all_tasks(
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> set[asyncio.Task[Any]]:
        tasks = every(loop)
        if loop is not None:
            return tasks
        own = OWNER.get()
        return {task for task in tasks if getattr(task, "owner", None) is own}

    for module in (asyncio, asyncio.tasks):
        vars(module)["all_tasks"] = all_tasks


class _Waiter:
    """Stands among a condition's waiters for a lock, which `notify` releases."""

    def __init__(self, loop: LiveLoop) -> None:
        self._loop = loop
        self._notified: asyncio.Future[None] = loop.create_future()

    def release(self) -> None:
        if not self._notified.done():
            self._notified.set_result(None)

    async def notified_within(self, seconds: float | None) -> bool:
        await asyncio.wait([self._notified], timeout=seconds)
        return self._notified.done()


class _AnyioFinder(MetaPathFinder):
    """Finds anyio's asyncio backend, and has functions for threads called on a loop.

    Starlette and FastAPI call so each endpoint that is no coroutine function. anyio's
    threads are its own, not those of the loop's executor.
    """

    def __init__(self, loop: LiveLoop) -> None:
        self._loop = loop

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != ANYIO:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            self._prepare(spec.loader)
        return spec

    def _prepare(self, loader: Loader) -> None:
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            module.AsyncIOBackend.run_sync_in_worker_thread = classmethod(self._run)

        loader.exec_module = exec_module  # type: ignore[method-assign]

    async def _run(
        self,
        backend: Any,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        abandon_on_cancel: bool = False,
        limiter: Any = None,
    ) -> Any:
        await backend.checkpoint()
        context = copy_context()
        async with limiter or backend.current_default_thread_limiter():
            return await self._loop.run_in_executor(None, context.run, func, *args)
