"""The page's server: uvicorn in a thread of its own, on a loopback socket."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from concurrent.futures import Future

import uvicorn

from wslab.cli.trace.web.application import Application
from wslab.cli.trace.web.guard import Guard
from wslab.cli.trace.web.kept import Shelf
from wslab.cli.trace.web.stream import Changing

LOGGERS = ("uvicorn.error", "uvicorn.access")
LOOPBACK = "127.0.0.1"
GRACE = 1
"""Seconds that a reader who takes nothing may hold up the end."""


class PageServer:
    """Serves the page from `start` to `stop`, whatever the traced server does.

    Its loop is its own, so that a handler which blocks does not freeze the page.
    """

    def __init__(self, shelf: Shelf, app: str, token: str, port: int = 0) -> None:
        """Take a port of 127.0.0.1, a free one if it is 0.

        What is on the shelf is told to who knows the token.

        Raises:
            OSError: the port is taken, or may not be taken.
        """
        self._socket = bound(port)
        self._port: int = self._socket.getsockname()[1]
        self._shelf = shelf
        self._app = app
        self._token = token
        self._changing: Future[Changing] = Future()
        self._thread = threading.Thread(
            target=self._run, name="wslab trace page", daemon=True
        )

    @property
    def address(self) -> str:
        """Where the page is, with the token where only the page's script sees it."""
        return f"http://{LOOPBACK}:{self._port}/#token={self._token}"

    def start(self) -> None:
        """Serve from now on; returns when requests are taken."""
        self._thread.start()
        self._changing.result()

    def wake(self) -> None:
        """Have readers told what has changed on the shelf."""
        self._changing.result().wake()

    def stop(self) -> None:
        """Tell readers that this was all, and return when the server has ended."""
        self._server.should_exit = True
        self._changing.result().wake(end=True)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        changing = Changing()
        guard = Guard(self._port, self._token)
        application = Application(self._shelf, changing, guard, self._app)
        self._server = uvicorn.Server(_config(application))
        self._changing.set_result(changing)
        loggers = [logging.getLogger(name) for name in LOGGERS]
        for logger in loggers:
            logger.addFilter(self._is_wanted)
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            for logger in loggers:
                logger.removeFilter(self._is_wanted)

    def _is_wanted(self, record: logging.LogRecord) -> bool:
        """Keep this server's requests, and its coming and going, out of the log.

        uvicorn's loggers are the process's: it is the traced server's log.
        """
        ours = record.thread == self._thread.ident
        return not ours or record.levelno >= logging.WARNING


def bound(port: int) -> socket.socket:
    """Return a socket that listens at a port of 127.0.0.1, a free one if it is 0.

    Raises:
        OSError: the port is taken, or may not be taken.
    """
    bound = socket.socket()
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
        bound.listen()
    except OSError as error:
        bound.close()
        where = f"port {port} of {LOOPBACK}"
        raise OSError(f"the page can't have {where}: {error.strerror}") from error
    return bound


def _config(application: Application) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE,
    )
