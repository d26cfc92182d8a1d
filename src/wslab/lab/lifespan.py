"""An application's lifespan, watched so that its failure reaches the cell."""

from __future__ import annotations

import asyncio

from wslab.asgi import ASGIApplication, Event, Receive, Scope, Send
from wslab.kernel.stacks import described


class LifespanError(Exception):
    """The application's start-up or shutdown failed.

    Says what the application sent with the failure, or names the exception that it
    raised, which is then the cause.
    """


class WatchedLifespan:
    """Wrap an application and keep what its lifespan fails with.

    A server must go on serving an application that raises when it is called with
    a lifespan scope, since that is how one without a lifespan answers (ASGI,
    "Lifespan Protocol"), be it that it answers with an event of another kind of
    scope first. One that has taken the start-up event and then raises has a
    lifespan, and it failed; so has one that would end the process, as `sys.exit` does.
    """

    def __init__(self, app: ASGIApplication, *, required: bool = False) -> None:
        self.app = app
        self.required = required
        self.error: LifespanError | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass every scope and every event on."""
        if scope["type"] == "lifespan":
            await self._watch(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _watch(self, scope: Scope, receive: Receive, send: Send) -> None:
        phase = "call"

        async def receive_event() -> Event:
            nonlocal phase
            event = await receive()
            phase = event["type"].removeprefix("lifespan.")
            return event

        async def send_event(event: Event) -> None:
            nonlocal phase
            if event["type"].endswith(".failed"):
                self.error = LifespanError(f"{phase} failed: {event.get('message')}")
            elif event["type"] == "lifespan.startup.complete":
                phase = "lifespan"
            elif not event["type"].startswith("lifespan."):
                phase = "call"  # it takes the scope for another, and the server raises
            await send(event)

        try:
            await self.app(scope, receive_event, send_event)
        except BaseException as error:
            if _is_cancelled() or self._may_be_missing(phase, error):
                raise
            await self._fail(phase, error, send)

    def _may_be_missing(self, phase: str, error: BaseException) -> bool:
        answer = phase == "call" and isinstance(error, Exception)
        return answer and not self.required

    async def _fail(self, phase: str, error: BaseException, send: Send) -> None:
        sent = self.error is not None
        self.error = LifespanError(f"{phase} failed: {described(error)}")
        # The reader's frames, without the server's and this file's.
        own = error.__traceback__ and error.__traceback__.tb_next
        self.error.__cause__ = error.with_traceback(own)
        if phase in ("call", "startup") and not sent:
            await send({"type": "lifespan.startup.failed"})


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
