"""The loop in a page: driven by JavaScript's timers, never by `run_forever`."""

from __future__ import annotations

import asyncio
import sys
import threading
from asyncio import events
from collections.abc import AsyncGenerator, Callable
from contextvars import Context, copy_context
from typing import Any, NoReturn, TypeVarTuple, Unpack

from js import Promise, schedule, setTimeout
from pyodide.ffi import can_run_sync, create_proxy, run_sync

from wslab.live.loop import LiveLoop
from wslab.live.owner import OWNER, Owner
from wslab.live.page.sockets import PageNetwork

Ts = TypeVarTuple("Ts")

BUDGET = 0.012
"""Seconds after which JavaScript may handle its messages."""

EARLY = 0.002
"""Seconds that a timer of JavaScript's may be early."""


class PageLoop(LiveLoop):
    """A loop that runs from `start` on, as often as `drive` is called.

    JavaScript's global `schedule(milliseconds)` has it call `drive` once, so much
    later. With the browser's stack switching (JSPI), where JavaScript calls `drive` as
    a promising function, a cell that blocks idles; else it is busy while it blocks.
    """

    # Of asyncio's base class.
    _asyncgen_firstiter_hook: Callable[[AsyncGenerator[Any]], None]
    _asyncgen_finalizer_hook: Callable[[AsyncGenerator[Any]], None]

    def __init__(self) -> None:
        self._started = self._driving = False
        self._armed: list[float] = []  # when JavaScript will call `drive`
        self._wake_up: Callable[[], None] | None = None
        super().__init__(PageNetwork())

    def start(self) -> None:
        """Become the running loop for good."""
        self._started = True
        self._thread_id = threading.get_ident()
        sys.set_asyncgen_hooks(
            self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook
        )
        events._set_running_loop(self)

    def is_running(self) -> bool:
        """Return whether it was started."""
        return self._started

    def drive(self) -> None:
        """Run what is ready, for a short time, and have the next call scheduled."""
        now = self.time()
        self._armed = [when for when in self._armed if when > now + EARLY]
        if self._driving:  # by a call that idles while a cell blocks
            self._write_to_self()
            return
        self._driving = True
        events._set_running_loop(self)
        try:
            while self.collect() and self.time() < now + BUDGET:
                self._run_ready()
        finally:
            self._driving = False
            events._set_running_loop(self)
            self._arm(0.0 if self._ready else self.until_due())

    def call_soon(
        self,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Have a callback run by the next call of `drive`."""
        handle = super().call_soon(callback, *args, context=context)
        self._write_to_self()
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Have a callback run by a call of `drive` at that time."""
        handle = super().call_at(when, callback, *args, context=context)
        self._write_to_self()
        return handle

    def call_soon_threadsafe(
        self,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Have a callback run soon; a cell's as if for another thread's loop.

        So what a cell gives to `run_coroutine_threadsafe` runs while the cell blocks.
        """
        context = context or copy_context()
        if context.get(OWNER) is None:
            context.run(OWNER.set, Owner())
        return super().call_soon_threadsafe(callback, *args, context=context)

    async def _make_subprocess_transport(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError("a page has one process only")

    def _run_ready(self) -> None:
        try:
            self.run_ready()
        except (SystemExit, KeyboardInterrupt) as error:
            # A task raised it, which ends a loop elsewhere; a page's goes on.
            message = "a task asked for the end of the process"
            self.call_exception_handler({"message": message, "exception": error})

    def _arm(self, seconds: float | None) -> None:
        """Have JavaScript call `drive` in so many seconds, unless it does before."""
        if seconds is None:
            return
        when = self.time() + seconds
        if not self._armed or when < min(self._armed):
            self._armed.append(when)
            schedule(seconds * 1000)

    def _write_to_self(self) -> None:
        if self._wake_up is not None:
            self._wake_up()
        elif self._started and not self._driving:
            self._arm(0.0)

    def _idle(self, seconds: float | None) -> None:
        """Wait for a timer or for what JavaScript brings."""
        if can_run_sync():
            self._wait(seconds)
        elif seconds is None:
            raise RuntimeError("nothing is left that could end this wait")
        else:
            end = self.time() + seconds
            while self.time() < end:
                pass

    def _wait(self, seconds: float | None) -> None:
        def begin(resolve: Callable[[], None], _: object) -> None:
            self._wake_up = resolve
            if seconds is not None:
                setTimeout(resolve, seconds * 1000)

        proxy = create_proxy(begin)
        # run_sync() never returns while another loop than Pyodide's is the running one.
        events._set_running_loop(None)
        try:
            run_sync(Promise.new(proxy))
        finally:
            events._set_running_loop(self)
            self._wake_up = None
            proxy.destroy()
