"""To whom the code that is running belongs, where all runs on one loop."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

ExceptionHandler = Callable[[Any, dict[str, Any]], object]
"""As `loop.set_exception_handler` takes it: it gets the loop and the context."""


class Owner:
    """A server, a thread-like call: what would be a thread of its own elsewhere.

    Attributes:
        exception_handler: gets what the owner's tasks and callbacks raise; None: the
            loop's own does.
        exit_handler: gets a `SystemExit` or `KeyboardInterrupt` that they raise; None:
            it ends the loop.
    """

    def __init__(
        self,
        exception_handler: ExceptionHandler | None = None,
        exit_handler: Callable[[BaseException], object] | None = None,
    ) -> None:
        self.exception_handler = exception_handler
        self.exit_handler = exit_handler


OWNER: ContextVar[Owner | None] = ContextVar("OWNER", default=None)
"""The owner of the running code; tasks, callbacks and transports inherit it."""
