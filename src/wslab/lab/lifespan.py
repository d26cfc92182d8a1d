"""An application's lifespan, watched so that its failure reaches the cell."""

from __future__ import annotations

from wslab.asgi import ASGIApplication, Event, Receive, Scope, Send


class LifespanError(Exception):
    """The application's start-up or shutdown failed.

    Says what the application sent with the failure, or names the exception that it
    raised, which is then the cause.
    """


class Lifespan:
    """Wraps an application and keeps what its lifespan fails with.

    A server must go on serving an application that raises when it is called with
    a lifespan scope, since that is how one without a lifespan answers (ASGI,
    "Lifespan Protocol"). One that has taken the start-up event and then raises
    has a lifespan, and it failed.
    """

    def __init__(self, app: ASGIApplication, *, required: bool = False) -> None:
        self.app = app
        self.required = required
        self.error: LifespanError | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes every scope and every event on."""
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
            await send(event)

        try:
            await self.app(scope, receive_event, send_event)
        except Exception as error:
            if phase == "call" and not self.required:
                raise
            await self._fail(phase, error, send)

    async def _fail(self, phase: str, error: Exception, send: Send) -> None:
        sent = self.error is not None
        self.error = LifespanError(f"{phase} failed: {type(error).__name__}: {error}")
        # The reader's frames, without the server's and this file's.
        own = error.__traceback__ and error.__traceback__.tb_next
        self.error.__cause__ = error.with_traceback(own)
        if phase in ("call", "startup") and not sent:
            await send({"type": "lifespan.startup.failed"})
