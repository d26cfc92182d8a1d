"""Starting a task at once, so that a coroutine which need not wait costs no turn."""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Coroutine
from typing import Any

from wslab.websocket.resumed import resumed

if sys.version_info >= (3, 12):

    def start(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
        """Run up to the first wait; return the task for the rest, None if none is left.

        Raises what the coroutine raises before it waits.
        """
        loop = asyncio.get_running_loop()
        task = asyncio.Task(coroutine, loop=loop, eager_start=True)
        if not task.done():
            return task
        task.result()
        return None

else:

    def start(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
        """Run up to the first wait; return the task for the rest, None if none is left.

        Raises what the coroutine raises before it waits.

        What eager tasks do since Python 3.12: the first step has the new task for its
        current task and that task's context, so `asyncio.timeout` or a context variable
        in it are the task's own. The calls that switch the current task are those which
        asyncio documents for task implementations ("Extending": task lifetime support).
        """
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        awaited: list[Any] = []
        task = asyncio.Task(_rest(coroutine, awaited), loop=loop, context=context)
        caller = asyncio.current_task(loop)
        if caller is not None:
            asyncio.tasks._leave_task(loop, caller)
        asyncio.tasks._enter_task(loop, task)
        try:
            awaited.append(context.run(coroutine.send, None))
        except StopIteration:
            return None
        finally:
            asyncio.tasks._leave_task(loop, task)
            if caller is not None:
                asyncio.tasks._enter_task(loop, caller)
        return task

    async def _rest(coroutine: Coroutine[Any, Any, None], awaited: list[Any]) -> None:
        if awaited:  # else the coroutine ended in its first step
            await resumed(coroutine, awaited.pop())
