"""What a process holds, and whether a test leaves it so."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


def held() -> dict[str, Any]:
    """Return this process's descriptors, sockets and threads, and its loop's tasks."""
    here = {"threads": set(threading.enumerate()), "tasks": asyncio.all_tasks()}
    if sys.platform == "emscripten":  # which has no process to ask
        return here
    import psutil

    process = psutil.Process()
    return here | {
        "descriptors": process.num_fds(),
        "sockets": set(process.net_connections("all")),
    }


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """Have the block leave what it found; what is about to end has 30 s for that.

    Nothing is collected after it: what needs the collector to end is left.
    """
    gc.collect()  # of what earlier tests left, which would end meanwhile
    gc.disable()
    try:
        before, deadline = held(), time.monotonic() + 30
        yield
        while (left := changed(before)) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert not left, left
    finally:
        gc.enable()


def changed(before: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what differs from before, then and now."""
    now = held()
    return {kind: (was, now[kind]) for kind, was in before.items() if now[kind] != was}
