"""An executor for where no thread can be started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextvars import copy_context
from typing import Any, ParamSpec, TypeVar

from wslab.live.owner import OWNER, Owner

P = ParamSpec("P")
T = TypeVar("T")


class LoopExecutor(Executor):
    """Calls functions on a loop, each as an owner of its own.

    So a function that blocks by `LiveLoop.block` holds up nobody but itself.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def submit(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Have a function called soon."""
        future: Future[T] = Future()
        context = copy_context()
        context.run(OWNER.set, Owner())
        self._loop.call_soon(_call, future, fn, args, kwargs, context=context)
        return future


def _call(future: Future[Any], fn: Callable[..., Any], args: Any, kwargs: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = fn(*args, **kwargs)
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
