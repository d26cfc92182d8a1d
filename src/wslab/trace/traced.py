"""The application's side of its connections, on any ASGI server."""

from __future__ import annotations

from typing import TextIO

from wslab.asgi import ASGIApplication, Receive, Scope, Send
from wslab.trace.explain import explain
from wslab.trace.ladder.label import printable
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.text import ladder_text
from wslab.trace.masking import mask_headers
from wslab.trace.model import Connection, Head
from wslab.trace.recorder import Recorder
from wslab.trace.recording import Bounds, RecordedConnection
from wslab.trace.taps.application import ApplicationCall, target_of
from wslab.trace.trace import Trace


class Traced:
    """ASGI middleware that records what an application receives, sends and raises.

        traced = Traced(app)
        traced.trace              # what its connections did since the last look

    With `show` each connection's ladder, and why it ended, is written there as it ends,
    and is not in `trace` any more:

        app = Traced(app, show=sys.stderr)

    Whatever the application is given, sends or raises passes unchanged. Calls for
    `http` and `lifespan` are not recorded. Secrets of the request are masked.
    """

    def __init__(
        self,
        app: ASGIApplication,
        show: TextIO | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """Wrap an application.

        Args:
            app: The application, of ASGI 3.
            show: Where ended connections are written, in the server's loop.
            bounds: What is kept until the next look.
        """
        self._app = app
        self._show = show
        self._bounds = bounds or Bounds()
        self._recorder = Recorder(self._bounds)

    @property
    def trace(self) -> Trace:
        """What happened since the last look; may be read in any thread.

        Each call for a WebSocket is a connection, which is over when the call ends.
        """
        return self._recorder.take()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, as a server does."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        connection = self._recorder.connect()
        connection.is_application_recorded = True
        with connection.guard:
            connection.know(_request(scope))
        excerpt = self._bounds.excerpt
        try:
            call = ApplicationCall(connection, receive, send, excerpt)
            await call.run(self._app, scope)
        finally:
            connection.lost = True
            with connection.guard:
                self._write(connection)

    def _write(self, connection: RecordedConnection) -> None:
        """Write the ladder of an ended connection, if anybody wants it."""
        ended = self._show and self._recorder.take_one(connection)
        if ended:
            print(_told(ended), file=self._show, flush=True)


def _request(scope: Scope) -> Head:
    """Return the head that a scope was made of, as far as it tells."""
    version = scope.get("http_version", "1.1")
    method = "GET" if version.startswith("1") else "CONNECT"
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]]
    start = f"{method} {target_of(scope)} HTTP/{version}"
    return Head("client", start, tuple(mask_headers(headers)), 0)


def _told(connection: Connection) -> str:
    client = f" from {connection.client}" if connection.client else ""
    title = f"connection {connection.number}: {printable(connection.path)}{client}"
    lines = [title, ladder_text(ladder_of((connection,), explained=False))]
    if explanation := explain(connection):
        lines.append(f"Why: {printable(explanation.text)}")
    return "\n".join([*lines, ""])
