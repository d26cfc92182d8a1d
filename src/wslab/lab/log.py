"""What goes wrong in a server's thread, shown once and kept."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections import deque
from typing import Any

from uvicorn.logging import DefaultFormatter

from wslab.kernel.stacks import readable_traceback


class ServerLog(logging.Handler):
    """Shows what one server's thread logs on stderr, and keeps its exceptions.

    `errors` holds the latest 100 exceptions of handlers and tasks, oldest first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.errors: deque[BaseException] = deque(maxlen=100)
        self._thread: int | None = None
        self.setFormatter(
            DefaultFormatter("%(levelprefix)s %(message)s", None, "%", False)
        )

    def open(self) -> None:
        """Starts to show what the calling thread logs through uvicorn's loggers."""
        self._thread = threading.get_ident()
        logger = logging.getLogger("uvicorn")
        logger.propagate = False
        logger.addHandler(self)

    def close(self) -> None:
        """Stops showing."""
        logging.getLogger("uvicorn").removeHandler(self)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Shows a record of this thread: an exception as its traceback alone."""
        if record.thread != self._thread or _is_lifespan_failure(record):
            return
        error = record.exc_info and record.exc_info[1]
        if error:
            self.show(error)
        else:
            print(self.format(record), file=sys.stderr)

    def show(self, error: BaseException) -> None:
        """Keeps an exception and prints its traceback, except of a cancellation."""
        if not isinstance(error, asyncio.CancelledError | GeneratorExit):
            self.errors.append(error)
            print(readable_traceback(error), end="", file=sys.stderr)

    def show_task_failure(
        self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]
    ) -> None:
        """Serves as the event loop's exception handler."""
        if "exception" in context:
            self.show(context["exception"])
        else:
            print(context["message"], file=sys.stderr)


def _is_lifespan_failure(record: logging.LogRecord) -> bool:
    # By uvicorn/lifespan/on.py; the cell raises it, with its cause.
    return record.module == "on" and record.levelno >= logging.ERROR
