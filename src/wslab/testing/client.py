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

from wslab.asgi import ASGIApplication
from wslab.testing.channel import within
from wslab.testing.lifespan import running
from wslab.testing.peer import Peer, PeerState
from wslab.testing.rules import IllegalEvent, check_close
from wslab.testing.scope import build_scope, decoded

Headers = Mapping[str, str] | Iterable[tuple[str, str]]
T = TypeVar("T")


class Refused(Exception):
    """The handshake was answered with an HTTP response instead of 101.

        with pytest.raises(Refused) as refused:
            async with connect(app, "/private"):
                pass
        assert refused.value.status == 403

    Attributes:
        status: 403 for a close before accept (ASGI, websocket.close), 500 for an
            application that ended without an answer, else that of the denial response.
        headers: Those of the denial response, pairs of str.
        body: That of the denial response, bytes.
        exception: What the application raised, or None.
    """

    def __init__(self, peer: Peer) -> None:
        super().__init__(f"the handshake was refused: HTTP {peer.status}")
        self.status = peer.status
        self.headers = decoded(peer.headers)
        self.body = peer.body
        self.exception = peer.exception


class Closed(Exception):
    """The connection is closed: there is nothing more to receive, and no way to send.

        with pytest.raises(Closed) as closed:
            await client.receive()
        assert closed.value.code == 1008

    Attributes:
        code: 1005 if who closed gave none, 1006 if there was no close frame (RFC 6455
            section 7.1.5).
        reason: "" if there is none.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the connection was closed: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class Client:
    """The client's end of an accepted connection; `connect` makes it.

    async with connect(app, subprotocols=["chat"]) as client:
        assert client.subprotocol == "chat"
        await client.send(b"\\x00")
        assert await client.receive() == b"\\x00"
        await client.close(1001, "leaving")
    """

    def __init__(self, peer: Peer, timeout: float, raise_exceptions: bool) -> None:
        self._peer = peer
        self._timeout = timeout
        self._raise_exceptions = raise_exceptions
        self._application: asyncio.Task[None] | None = None
        self._seen: Exception | None = None

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the application chose."""
        return self._peer.subprotocol

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that the application added to the 101 response."""
        return decoded(self._peer.headers)

    @property
    def code(self) -> int | None:
        """The close code, as `Closed.code`; None while the connection is open."""
        return self._peer.code

    @property
    def reason(self) -> str | None:
        """The close reason; None while the connection is open."""
        return self._peer.reason

    @property
    def exception(self) -> Exception | None:
        """What the application raised; None while it runs and if it returned."""
        return self._peer.exception

    async def send(self, content: str | bytes) -> None:
        """Send one message, waiting while the application's queue is full.

        Args:
            content: A str goes as text, bytes as binary.

        Raises:
            TypeError: For anything else.
            ValueError: For text that has no form in UTF-8 (a lone surrogate).
            Closed: Once the connection is closed.
            TimeoutError: If the queue stays full.
            Exception: What the application raised without closing.
        """
        if not isinstance(content, str | bytes):
            raise TypeError(f"a message is str or bytes, not {type(content).__name__}")
        if isinstance(content, str):
            content.encode()
        key = "text" if isinstance(content, str) else "bytes"
        event = {"type": "websocket.receive", key: content}
        put = self._peer.to_app.put(event)
        await self._wait(put, "room in the application's queue")
        if self._peer.state is not PeerState.OPEN:
            raise self._closed()

    async def receive(self) -> str | bytes:
        """Return the next message: a str if it came as text, bytes if as binary.

        Raises:
            Closed: Once the connection is closed and every message has been taken.
            TimeoutError: If none comes.
            Exception: What the application raised without closing.
        """
        get = self._peer.to_client.get()
        message = await self._wait(get, "a message from the application")
        if message is None:
            raise self._closed()
        return message

    async def close(self, code: int | None = 1000, reason: str = "") -> None:
        """Close; without effect if closed already.

        Args:
            code: The close code; None sends none, as browsers do.
            reason: The reason, at most 123 bytes of UTF-8.

        Raises:
            ValueError: For a code that may not be sent, or a reason that is too long.
        """
        try:
            check_close("a close frame", 1000 if code is None else code, reason)
        except IllegalEvent as error:
            raise ValueError(str(error)) from None
        self._peer.client_closed(code, reason)

    def abort(self) -> None:
        """Vanish without a close frame: the application sees a 1006."""
        self._peer.client_closed(1006, "")

    def _closed(self) -> Exception:
        failure = self._failure()
        if failure is not None and self.code == 1006:
            self._seen = failure
            return failure
        assert self.code is not None
        return Closed(self.code, self.reason or "")

    def _failure(self) -> Exception | None:
        """Return what went wrong in the application, if the test wants to know."""
        if self._peer.illegal is not None:
            return self._peer.illegal
        return self._peer.exception if self._raise_exceptions else None

    async def _wait(self, awaitable: Awaitable[T], what: str) -> T:
        return await within(self._timeout, awaitable, what, self._story)

    def _story(self) -> str:
        return (
            f"the application last received {self._peer.last_received} "
            f"and last sent {self._peer.last_sent}"
        )

    async def _handshake(self, app: ASGIApplication) -> None:
        self._application = asyncio.create_task(self._peer.run(app))
        await self._wait(self._peer.answered.wait(), "the handshake's answer")
        if self._peer.status != 101:
            await self._wait(self._end(), "the application to return, having refused")
            raise Refused(self._peer)

    async def _leave(self, failure: BaseException | None) -> None:
        """End the connection and the application; raise what the test has not seen."""
        closed_here = self.code is None
        if closed_here:
            self._peer.client_closed(1000 if failure is None else 1006, "")
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
    app: ASGIApplication,
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
    """Connect to `app` at `path`, in memory.

    Leaving the block closes the connection with 1000 (with 1006 if the block raises)
    and waits for the application to return.

    Args:
        app: An ASGI 3 application.
        path: The path, percent-encoded, which may carry a query string.
        headers: Headers of the request; the host is `localhost` unless they say so.
        subprotocols: The subprotocols to offer.
        origin: The `Origin` header; None: there is none.
        cookies: The cookies of the request.
        state: The scope's, as a lifespan would fill it.
        timeout: The bound of every single wait, in seconds.
        queue: How many unread messages the application may have before `send` waits.
        buffer: How many the client may have before the application's sends wait; None:
            any number.
        spec_version: Of the ASGI specification that this stands for.
        denial_responses: Whether it offers the extension `websocket.http.response`.
        lifespan: Whether to run the application's own lifespan around the connection.
        raise_exceptions: False shows the test only what a remote client sees; the
            application's exception is then in `Client.exception` or
            `Refused.exception`.

    Raises:
        Refused: If the application does not accept, and raises nothing that is shown.
        IllegalEvent: Where the application broke the ASGI specification, even if it
            caught the error.
        TimeoutError: Saying what was awaited, and what arrived last.
        Exception: Whatever the application raises.

    Example:
        ```python
        from wslab import Application
        from wslab.testing import connect

        app = Application()

        @app.websocket_route("/echo")
        async def echo(ws):
            async for message in ws:
                await ws.send(message)

        async with connect(app, "/echo", cookies={"id": "7"}) as client:
            await client.send("hello")
            assert await client.receive() == "hello"
        ```
    """
    async with AsyncExitStack() as stack:
        if lifespan:
            state = await stack.enter_async_context(running(app, timeout))
        scope = build_scope(path, headers, subprotocols, origin, cookies)
        scope["asgi"] = {"version": "3.0", "spec_version": spec_version}
        scope["state"] = dict(state or {})
        if denial_responses:
            scope["extensions"]["websocket.http.response"] = {}
        client = Client(Peer(scope, queue, buffer), timeout, raise_exceptions)
        try:
            await client._handshake(app)
            yield client
        except BaseException as failure:
            await client._leave(failure)
            raise
        await client._leave(None)
