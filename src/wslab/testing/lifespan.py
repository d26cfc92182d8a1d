"""The lifespan protocol, as a server runs it (ASGI Lifespan Protocol, 2.0)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from wslab.asgi import ASGIApplication, Event
from wslab.testing.channel import Channel, within
from wslab.testing.rules import IllegalEvent


@asynccontextmanager
async def running(
    app: ASGIApplication,
    timeout: float = 5.0,  # noqa: ASYNC109 - of each wait
) -> AsyncIterator[dict[str, Any]]:
    """Run the application's startup, and its shutdown on leaving; yield its state.

    Args:
        app: An ASGI 3 application.
        timeout: The bound of each wait, in seconds.

    Raises:
        RuntimeError: With the application's message, if either fails.
        IllegalEvent: For any other answer, or none before the application returns.
        TimeoutError: Where there is no answer in time.
        Exception: What the application raises.

    Example:
        ```python
        from wslab import Application
        from wslab.testing import running

        app = Application()

        async with running(app) as state:
            assert state == {}
        ```
    """
    events: Channel[Event] = Channel()
    answers: Channel[Event] = Channel()
    state: dict[str, Any] = {}
    asgi = {"version": "3.0", "spec_version": "2.0"}
    scope = {"type": "lifespan", "asgi": asgi, "state": state}

    async def receive() -> Event:
        event = await events.get()
        assert event is not None
        return event

    async def run() -> None:
        try:
            await app(scope, receive, answers.put)
        finally:
            answers.end()

    async def step(name: str) -> None:
        await events.put({"type": f"lifespan.{name}"})
        answer = await within(timeout, answers.get(), f"the end of lifespan.{name}")
        if answer is None:
            await task
            raise IllegalEvent(f"the application returned during lifespan.{name}")
        kind = answer.get("type")
        if kind == f"lifespan.{name}.failed":
            raise RuntimeError(f"the {name} failed: {answer.get('message', '')}")
        if kind != f"lifespan.{name}.complete":
            raise IllegalEvent(f"{kind!r} in answer to lifespan.{name}")

    task = asyncio.create_task(run())
    task.add_done_callback(lambda task: task.cancelled() or task.exception())
    try:
        await step("startup")
        yield state
        await step("shutdown")
        await within(timeout, asyncio.shield(task), "the lifespan to return")
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=timeout)
