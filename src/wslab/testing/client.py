"""An in-memory WebSocket client for tests of any ASGI 3 application.

    async with connect(app, "/echo?name=Ada") as client:
        await client.send("hello")
        assert await client.receive() == "hello"

The application meets what a real server would show it, the test what a real client
would see. Every wait is bounded, and what goes wrong in the application surfaces in the
test: in the call that waits for it, or when the `async with` block is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from wslab.testing.channel import within
from wslab.testing.lifespan import running
from wslab.testing.peer import Connection, State
from wslab.testing.rules import Application, IllegalEvent, check_close
from wslab.testing.scope import build_scope, decoded

__all__ = ["Client", "Closed", "IllegalEvent", "Refused", "connect", "running"]

Headers = Mapping[str, str] | Iterable[tuple[str, str]]
T = TypeVar("T")


class Refused(Exception):
    """The handshake was answered with an HTTP response instead of 101.

    `status` is 403 for a close before accept (ASGI, websocket.close), 500 for an
    application that ended without an answer, else that of the denial response, whose
    `headers` (str pairs) and `body` (bytes) are here too. `exception` is what the
    application raised, or None.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(f"the handshake was refused: HTTP {connection.status}")
        self.status = connection.status
        self.headers = decoded(connection.headers)
        self.body = connection.body
        self.exception = connection.exception


class Closed(Exception):
    """The connection is closed: there is nothing more to receive, and no way to send.

    `code` is 1005 if the closing peer gave none and 1006 if there was no close frame
    (RFC 6455 section 7.1.5).
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the connection was closed: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class Client:
    """The client's end of an accepted connection; `connect` makes it."""

    def __init__(
        self, connection: Connection, timeout: float, raise_exceptions: bool
    ) -> None:
        self._connection = connection
        self._timeout = timeout
        self._raise_exceptions = raise_exceptions
        self._application: asyncio.Task[None] | None = None
        self._seen: Exception | None = None

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the application chose."""
        return self._connection.subprotocol

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that the application added to the 101 response."""
        return decoded(self._connection.headers)

    @property
    def code(self) -> int | None:
        """The close code, as `Closed.code`; None while the connection is open."""
        return self._connection.code

    @property
    def reason(self) -> str | None:
        """The close reason; None while the connection is open."""
        return self._connection.reason

    @property
    def exception(self) -> Exception | None:
        """What the application raised; None while it runs and if it returned."""
        return self._connection.exception

    async def send(self, content: str | bytes) -> None:
        """Send one message, waiting while the application's queue is full.

        Raises TypeError for anything else, ValueError for text that has no UTF-8 form,
        Closed, TimeoutError, or what the application raised.
        """
        if not isinstance(content, str | bytes):
            raise TypeError(f"a message is str or bytes, not {type(content).__name__}")
        if isinstance(content, str):
            content.encode()
        key = "text" if isinstance(content, str) else "bytes"
        event = {"type": "websocket.receive", key: content}
        put = self._connection.to_app.put(event)
        await self._wait(put, "room in the application's queue")
        if self._connection.state is not State.OPEN:
            raise self._closed()

    async def receive(self) -> str | bytes:
        """Return the next message; its type is that of the frame, text or binary.

        Raises Closed once the connection is closed and every message has been taken,
        TimeoutError, or what the application raised without closing.
        """
        get = self._connection.to_client.get()
        message = await self._wait(get, "a message from the application")
        if message is None:
            raise self._closed()
        return message

    async def close(self, code: int | None = 1000, reason: str = "") -> None:
        """Close; without effect if closed already. None: no code, as browsers do.

        Raises ValueError for a code that may not be sent or a reason over 123 bytes.
        """
        try:
            check_close("a close frame", 1000 if code is None else code, reason)
        except IllegalEvent as error:
            raise ValueError(str(error)) from None
        self._connection.client_closed(code, reason)

    def abort(self) -> None:
        """Vanish without a close frame: the application sees a 1006."""
        self._connection.client_closed(1006, "")

    def _closed(self) -> Exception:
        failure = self._failure()
        if failure is not None and self.code == 1006:
            self._seen = failure
            return failure
        assert self.code is not None
        return Closed(self.code, self.reason or "")

    def _failure(self) -> Exception | None:
        """What went wrong in the application, if the test wants to know."""
        if self._connection.illegal is not None:
            return self._connection.illegal
        return self._connection.exception if self._raise_exceptions else None

    async def _wait(self, awaitable: Awaitable[T], what: str) -> T:
        return await within(self._timeout, awaitable, what, self._story)

    def _story(self) -> str:
        connection = self._connection
        return (
            f"the application last received {connection.last_received} "
            f"and last sent {connection.last_sent}"
        )

    async def _handshake(self, app: Application) -> None:
        self._application = asyncio.create_task(self._connection.run(app))
        await self._wait(self._connection.answered.wait(), "the handshake's answer")
        if self._connection.status != 101:
            await self._wait(self._end(), "the application to return, having refused")
            raise Refused(self._connection)

    async def _leave(self, failure: BaseException | None) -> None:
        """End the connection and the application; raise what the test has not seen."""
        closed_here = self.code is None
        if closed_here:
            self._connection.client_closed(1000 if failure is None else 1006, "")
        who = "the client" if closed_here else "the connection was"
        try:
            await self._wait(
                self._end(), f"the application to return after {who} closed"
            )
        except TimeoutError as late:
            await self._cancel()
            if failure is None:
                raise
            failure.add_note(str(late))
        unseen = self._failure()
        if unseen is None or unseen in (failure, self._seen):
            return
        if failure is None or isinstance(failure, Closed | Refused):
            raise unseen
        failure.add_note(f"The application raised {unseen!r}.")

    async def _end(self) -> None:
        if self._application is not None:
            await asyncio.wait({self._application})

    async def _cancel(self) -> None:
        if self._application is not None:
            self._application.cancel()
            await asyncio.wait({self._application}, timeout=self._timeout)


@asynccontextmanager
async def connect(
    app: Application,
    path: str = "/",
    *,
    headers: Headers = (),
    subprotocols: Sequence[str] = (),
    origin: str | None = None,
    cookies: Mapping[str, str] | None = None,
    state: dict[str, Any] | None = None,
    timeout: float = 5.0,  # noqa: ASYNC109 - of each wait, not of the whole
    queue: int = 64,
    buffer: int | None = None,
    spec_version: str = "2.5",
    denial_responses: bool = True,
    lifespan: bool = False,
    raise_exceptions: bool = True,
) -> AsyncIterator[Client]:
    """Connect to `app` at `path`, which may carry a query string (percent-encoded).

    The host is `localhost` unless `headers` has another. `state` is the scope's, as a
    lifespan would fill it; `lifespan=True` runs the application's own lifespan around
    the connection. `queue` is how many unread messages the application may have
    before `send` waits, `buffer` how many the client may have before the application's
    sends wait (None: any number). `timeout` bounds every wait, in seconds.
    `raise_exceptions=False` shows the test only what a remote client sees; the
    application's exception is then in `Client.exception` or `Refused.exception`.

    Raises Refused; IllegalEvent, where the application broke the ASGI specification,
    even if it caught the error; TimeoutError, saying what was awaited and what arrived
    last; and whatever the application raises. Leaving the block closes the connection
    with 1000 (with 1006 if the block raises) and waits for the application to return.
    """
    async with AsyncExitStack() as stack:
        if lifespan:
            state = await stack.enter_async_context(running(app, timeout))
        scope = build_scope(path, headers, subprotocols, origin, cookies)
        scope["asgi"] = {"version": "3.0", "spec_version": spec_version}
        scope["state"] = dict(state or {})
        if denial_responses:
            scope["extensions"]["websocket.http.response"] = {}
        client = Client(Connection(scope, queue, buffer), timeout, raise_exceptions)
        try:
            await client._handshake(app)
            yield client
        except BaseException as failure:
            await client._leave(failure)
            raise
        await client._leave(None)
