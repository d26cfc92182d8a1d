"""What goes wrong in a server, shown once and kept."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

from uvicorn.logging import DefaultFormatter

from wslab.kernel.stacks import readable_traceback


class ServerLog(logging.Handler):
    """Show what one server logs on stderr, and keep its exceptions.

    Attributes:
        errors: the latest 100 exceptions of handlers and tasks, oldest first.
    """

    def __init__(self, is_own: Callable[[], bool]) -> None:
        """Take what is logged where `is_own()` holds, since all servers log alike."""
        super().__init__()
        self.errors: deque[BaseException] = deque(maxlen=100)
        self._is_own = is_own
        self.setFormatter(
            DefaultFormatter("%(levelprefix)s %(message)s", None, "%", False)
        )

    def open(self) -> None:
        """Begin to show what the server logs through uvicorn's loggers."""
        logger = logging.getLogger("uvicorn")
        logger.propagate = False
        logger.addHandler(self)

    def close(self) -> None:
        """Stop showing."""
        logging.getLogger("uvicorn").removeHandler(self)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record of this server: an exception as its traceback alone."""
        if not self._is_own() or _is_lifespan_failure(record):
            return
        error = record.exc_info and record.exc_info[1]
        if error:
            self.show(error)
        else:
            print(self.format(record), file=sys.stderr)

    def show(self, error: BaseException) -> None:
        """Keep an exception and print its traceback, except of a cancellation."""
        if not isinstance(error, asyncio.CancelledError | GeneratorExit):
            self.errors.append(error)
            print(readable_traceback(error), end="", file=sys.stderr)

    def show_task_failure(
        self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]
    ) -> None:
        """Serve as the event loop's exception handler; what was shown is not again."""
        error = context.get("exception")
        if error is None:
            print(context["message"], file=sys.stderr)
        elif not any(shown is error for shown in self.errors):
            self.show(error)


def _is_lifespan_failure(record: logging.LogRecord) -> bool:
    # By uvicorn/lifespan/on.py; the cell raises it, with its cause.
    return record.module == "on" and record.levelno >= logging.ERROR
