"""LiveLoop: an event loop on a network in memory, which code that it runs may turn."""

from __future__ import annotations

import asyncio
import heapq
import sys
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextlib import suppress
from contextvars import Context, copy_context
from selectors import EVENT_READ, EVENT_WRITE, SelectorKey
from typing import Any, TypeVar, TypeVarTuple, Unpack

from wslab.live.executor import LoopExecutor
from wslab.live.network.network import Network
from wslab.live.network.sockets_loop import SocketsLoop
from wslab.live.owner import OWNER, Owner

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

LONGEST_IDLE = 24 * 3600.0
"""Seconds that the loop sleeps at once; a lock cannot wait for ever so long."""


def live_loop() -> LiveLoop | None:
    """Return the running loop if it is a LiveLoop."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop if isinstance(loop, LiveLoop) else None


class LiveLoop(SocketsLoop):
    """asyncio's selector loop, on sockets that are in memory.

    Transports, servers, streams and flow control are asyncio's own. What the system
    would do is done by `wslab.live.network`: there are no files, processes, signals
    or other machines here.

    A page's loop is a subclass: it replaces `_idle` and `_write_to_self`, and where
    JavaScript drives the loop, it calls `collect` and `run_ready` itself.

    Attributes:
        network: where its servers listen and its clients connect.
        has_threads: whether `run_in_executor` has threads; else it calls at once.
    """

    has_threads = sys.platform != "emscripten"

    # Of asyncio's base classes, the same from Python 3.11 to 3.14.
    _ready: deque[asyncio.Handle]
    _scheduled: list[Any]
    _stopping: bool
    _clock_resolution: float
    _timer_cancelled_count: int
    _thread_id: int | None
    _process_events: Callable[[Any], None]

    def __init__(self, network: Network | None = None) -> None:
        self._handle: Any = None  # what runs, innermost
        self._blocked: list[Owner | None] = []  # who waits in block(), outermost first
        self._waits: list[asyncio.Task[Any]] = []  # what for
        self._held: list[asyncio.Handle] = []  # what became ready for them meanwhile
        self._asleep = threading.Lock()  # released by what wakes the loop
        self._asleep.acquire()
        super().__init__(network or Network())

    # -- blocking

    def block(self, coroutine: Coroutine[Any, Any, T], owner: Owner | None = None) -> T:
        """Turn this loop, from inside what it runs, until a coroutine has ended.

        It is for synchronous code that must wait. As with threads, whoever called does
        nothing meanwhile, nor do its other tasks: handlers go on while a cell waits,
        clients go on while a handler sleeps. A call inside another ends first.

        Args:
            coroutine: runs as a task, in a copy of the caller's context.
            owner: to whom the task belongs; None for an owner of its own.

        Returns:
            The coroutine's result.

        Raises:
            asyncio.CancelledError: `interrupt` ended it.
            RuntimeError: this is not called by what the loop runs.
        """
        if self._handle is None or self._thread_id != threading.get_ident():
            coroutine.close()
            raise RuntimeError("only what the loop runs can block it")
        context = copy_context()
        context.run(OWNER.set, owner or Owner())
        task = self.create_task(coroutine, context=context)
        caller = asyncio.current_task(self)
        if caller is not None:
            asyncio.tasks._leave_task(self, caller)
        self._blocked.append(_owner(self._handle))
        self._waits.append(task)
        try:
            self._turn_until_done(task)
        finally:
            self._waits.pop()
            self._blocked.pop()
            # What belongs to those that are blocked still will be held again.
            self._ready.extendleft(reversed(self._held))
            self._held.clear()
            if caller is not None:
                asyncio.tasks._enter_task(self, caller)
        result: T = task.result()
        return result

    def interrupt(self) -> None:
        """End the innermost `block` by cancelling what it waits for, if there is one.

        It may be called by a signal handler.
        """
        if self._waits:
            self._waits[-1].cancel()
            self._write_to_self()

    def _turn_until_done(self, task: asyncio.Task[Any]) -> None:
        running, self._handle = self._handle, None
        try:
            while not task.done():
                self._run_once()
        except BaseException:
            if task.done():
                task.cancelled() or task.exception()  # it has been retrieved
            task.cancel()
            raise
        finally:
            self._handle = running

    # -- turning

    def collect(self) -> bool:
        """Make ready what is due and what has arrived; tell whether anything is."""
        if self._scheduled:
            self._collect_timers()
        events = self.sockets.select()
        if self._blocked:
            events = [(key, free) for key, m in events if (free := self._free(key, m))]
        if events:
            self._process_events(events)
        return bool(self._ready)

    def run_ready(self) -> None:
        """Run what was ready when this began, but for what a call inside has run."""
        ready = self._ready
        outer = self._handle
        try:
            for _ in range(len(ready)):
                if not ready:
                    break
                handle: Any = ready.popleft()
                if handle._cancelled:
                    continue
                if self._blocked and self._is_held(handle):
                    self._held.append(handle)
                    continue
                self._handle = handle
                try:
                    handle._run()
                except (SystemExit, KeyboardInterrupt) as error:
                    owner = _owner(handle)
                    if owner is None or owner.exit_handler is None:
                        raise
                    handle._context.run(owner.exit_handler, error)
        finally:
            self._handle = outer

    def until_due(self) -> float | None:
        """Return in how many seconds the next timer is due, None without one."""
        if not self._scheduled:
            return None
        when: float = self._scheduled[0]._when
        return max(0.0, when - self.time())

    def _run_once(self) -> None:
        """Do a turn; wait before, if there is nothing to do."""
        if not self.collect() and (self._blocked or not self._stopping):
            self._idle(self.until_due())
            self.collect()
        self.run_ready()

    def _free(self, key: SelectorKey, mask: int) -> int:
        """Return which of a socket's events are those of who is not blocked."""
        reader, writer = key.data
        if reader is not None and self._is_held(reader):
            mask &= ~EVENT_READ
        if writer is not None and self._is_held(writer):
            mask &= ~EVENT_WRITE
        return mask

    def _is_held(self, handle: Any) -> bool:
        return _owner(handle) in self._blocked

    def _collect_timers(self) -> None:
        scheduled = self._scheduled
        if self._timer_cancelled_count > max(50, len(scheduled) // 2):
            self._drop_cancelled_timers()
        end = self.time() + self._clock_resolution
        while scheduled and (scheduled[0]._cancelled or scheduled[0]._when < end):
            handle = heapq.heappop(scheduled)
            handle._scheduled = False
            if handle._cancelled:
                self._timer_cancelled_count -= 1
            else:
                self._ready.append(handle)

    def _drop_cancelled_timers(self) -> None:
        for handle in self._scheduled:
            handle._scheduled = not handle._cancelled
        self._scheduled[:] = [it for it in self._scheduled if it._scheduled]
        heapq.heapify(self._scheduled)
        self._timer_cancelled_count = 0

    def _idle(self, seconds: float | None) -> None:
        """Wait until `_write_to_self` is called, at most so many seconds."""
        longest = LONGEST_IDLE if seconds is None else min(seconds, LONGEST_IDLE)
        self._asleep.acquire(timeout=longest)

    def _write_to_self(self) -> None:
        """End `_idle`, or the next one if there is none; from any thread or signal."""
        with suppress(RuntimeError):  # it was awake already
            self._asleep.release()

    # -- whose is what

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Create a task, which belongs to its context's owner."""
        task = super().create_task(coro, **options)
        context: Context | None = options.get("context")
        owner = OWNER.get() if context is None else context.get(OWNER)
        if owner is not None:
            with suppress(AttributeError):  # of a task factory's own class
                task.owner = owner  # type: ignore[attr-defined]
        return task

    def call_soon_threadsafe(
        self,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Have a callback called, from any thread.

        What another thread asks for belongs to nobody here who could be blocked, such
        as the code that waits for that thread.
        """
        is_other = self._thread_id not in (None, threading.get_ident())
        if context is None and is_other and OWNER.get() is None:
            context = copy_context()
            context.run(OWNER.set, Owner())
        return super().call_soon_threadsafe(callback, *args, context=context)

    def tasks_of(self, owner: Owner) -> set[asyncio.Task[Any]]:
        """Return the tasks of an owner that have not ended."""
        tasks = asyncio.all_tasks(self)
        return {task for task in tasks if getattr(task, "owner", None) is owner}

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Give an exception to the handler of its owner, if that has one."""
        owner = self._owner_of(context)
        if owner is None or owner.exception_handler is None:
            super().call_exception_handler(context)
            return
        usual = self.get_exception_handler()
        self.set_exception_handler(owner.exception_handler)
        try:
            super().call_exception_handler(context)
        finally:
            self.set_exception_handler(usual)

    def _owner_of(self, context: dict[str, Any]) -> Owner | None:
        task = context.get("task") or context.get("future")
        if task is not None:
            return getattr(task, "owner", None)
        if "handle" in context:
            return _owner(context["handle"])
        return OWNER.get()

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[Unpack[Ts]], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        """Call a function in a thread; where there are none, soon in this one."""
        if not self.has_threads:
            executor = LoopExecutor(self)
        return super().run_in_executor(executor, func, *args)


def _owner(handle: Any) -> Owner | None:
    owner: Owner | None = handle._context.get(OWNER)
    return owner
