"""The lifespan protocol (asgiref specs/lifespan 2.0)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from wslab.websocket.asgi import Receive, Send


async def lifespan(
    startup: Callable[[], Awaitable[None]],
    shutdown: Callable[[], Awaitable[None]],
    receive: Receive,
    send: Send,
) -> None:
    """Answer the server's two events; a failure is reported, and then raised."""
    for step, work in (("startup", startup), ("shutdown", shutdown)):
        event = await receive()
        if event["type"] != f"lifespan.{step}":
            raise RuntimeError(f"expected lifespan.{step}, got {event['type']}")
        try:
            await work()
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            await send({"type": f"lifespan.{step}.failed", "message": message})
            raise
        await send({"type": f"lifespan.{step}.complete"})
