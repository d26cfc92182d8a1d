"""Random programs of API calls and client acts, against a model of the connection.

The server is `wslab.testing`, whose rules are the specification's: an illegal event of
the library's is an `IllegalEvent` in the test, whatever the library does with it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from wslab import Application, WebSocketDisconnect, WebSocketStateError
from wslab.testing import Closed, Refused, connect

ENDED = "ended"  # what a client act or a call gives once the connection has ended


@dataclass
class Model:
    """What the application is told, and what the client sees."""

    state: str = "connecting"
    by: str | None = None
    crossed: bool = False  # the application closed when the client had done so
    code: int | None = None
    status: int | None = None
    to_app: list = field(default_factory=list)
    to_client: list = field(default_factory=list)

    # What the application calls: a value, or the type of the error

    def accept(self):
        if self.state != "connecting":
            return self._answered()
        self.state, self.status = "open", 101
        return None

    def reject(self, status):
        if self.state != "connecting":
            return self._answered()
        self._end("app", 1006)
        self.status = status
        return None

    def send(self, content):
        wrong = not isinstance(content, str | bytes)
        if self.by == "client":  # which the library may not have noticed yet
            errors = (WebSocketDisconnect, *[TypeError] * wrong)
            return (*errors, WebSocketStateError) if self.crossed else errors
        if self.state != "open":
            return WebSocketStateError
        if wrong:
            return TypeError
        self.to_client.append(content)
        return None

    def close(self, code, reason):
        if code in (1004, 1005, 1006, 1015, 403, 2999, 5000) or len(reason) > 123:
            return ValueError
        if self.state == "connecting":
            return self.reject(403)
        if self.state == "closed" and self.by == "app":
            return WebSocketStateError
        if self.state == "closed" and self.crossed:
            return None, WebSocketStateError
        if self.state == "closed":
            self.crossed = True
            return None
        self._end("app", code)
        return None

    def receive(self):
        if self.state == "connecting":
            return WebSocketStateError
        return self.to_app.pop(0) if self.to_app else None

    def finish(self, fails):
        if self.state == "connecting":
            self.reject(403)
        elif self.state == "open":
            self._end("app", 1011 if fails else 1000)

    # What the client does

    def client_sends(self, content):
        if self.state == "closed":
            return ENDED
        self.to_app.append(content)
        return None

    def client_closes(self, code):
        if self.state == "open":
            self._end("client", 1005 if code is None else code)

    def _answered(self):
        if self.by == "client":  # which the library may not have noticed yet
            return WebSocketStateError, WebSocketDisconnect
        return WebSocketStateError

    def _end(self, by, code):
        self.state, self.by, self.code = "closed", by, code
        if by == "app":
            self.to_app.clear()  # nobody asks for them any more

    def leaves_open(self, name):
        """Tell whether a call would wait for the client, or what it gives is a race."""
        waits = self.state == "open" and not self.to_app
        return name == "receive" and (waits or self.crossed)


contents = st.one_of(st.just(""), st.just(b""), st.text(max_size=3), st.binary())
codes = st.sampled_from([1000, 1001, 1003, 1008, 1011, 1013, 3000, 4000, 4999])
bad_codes = st.sampled_from([1004, 1005, 1006, 1015, 403, 2999, 5000])
reasons = st.sampled_from(["", "why", "x" * 123, "x" * 124])
# What leaves the connection as it is comes twice, so that programs get somewhere.
harmless = st.one_of(
    st.tuples(st.just("send"), contents),
    st.tuples(st.just("send"), st.sampled_from([None, 5, []])),
    st.tuples(st.just("close"), bad_codes, reasons),
    st.just(("receive",)),
    st.just(("receive",)),
)
calls = st.one_of(
    harmless,
    harmless,
    st.just(("accept",)),
    st.tuples(st.just("reject"), st.sampled_from([200, 401, 403, 503])),
    st.tuples(st.just("close"), codes, reasons),
)
sends = st.tuples(st.just("send"), contents)
acts = st.one_of(
    sends,
    sends,
    sends,
    st.just(("pause",)),
    st.just(("pause",)),
    st.tuples(st.just("close"), st.one_of(codes, st.none())),
    st.just(("abort",)),
)
accepted = st.lists(harmless, max_size=2).map(lambda first: [*first, ("accept",)])
befores = st.one_of(accepted, accepted, accepted, st.lists(calls, max_size=4))
ends = st.sampled_from([None, LookupError])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("app"), harmless),
        st.tuples(st.just("app"), calls),
        st.tuples(st.just("client"), acts),
        st.tuples(st.just("client"), sends),
    ),
    min_size=3,
    max_size=20,
)


class Program:
    """One program: calls before the answer, then steps of both, then the end."""

    def __init__(self, before, after, end):
        self.before = before
        self.after = after
        self.end = end
        self.model = Model()
        self.commands = asyncio.Queue()
        self.outcomes = asyncio.Queue()
        self.received = []
        self.exception = None
        self.app = Application()
        self.app.on_ws_request("/")(self.handler)

    async def handler(self, scope, info, matches, web_socket):
        """Call what the program says; end as it says."""
        for call in self.before:
            if self.model.state == "connecting":
                await self.call(web_socket, call)
        if self.model.state == "open":
            while (call := await self.commands.get()) is not None:
                self.outcomes.put_nowait(await self.fault(web_socket, call))
        self.model.finish(self.end is not None)
        if self.end is not None:
            raise self.end

    async def fault(self, web_socket, call):
        """Make one call; return what was wrong with its outcome."""
        try:
            await self.call(web_socket, call)
        except AssertionError as error:
            return error

    async def call(self, web_socket, call):
        """Make one call; its outcome must be the model's."""
        name, *arguments = call
        if self.model.leaves_open(name):
            return
        expected = getattr(self.model, name)(*arguments)
        outcome = await outcome_of(getattr(web_socket, name)(*arguments))
        if isinstance(outcome, WebSocketDisconnect):
            assert outcome.code == self.model.code
        if isinstance(outcome, Exception):
            outcome = type(outcome)
        allowed = expected if isinstance(expected, tuple) else (expected,)
        assert outcome in allowed, f"{call} gave {outcome!r}, not {expected!r}"

    async def run(self):
        """Run the program; compare what the client sees with the model."""
        tasks = asyncio.all_tasks()
        refused = await outcome_of(self.connect_and_run(), Refused)
        if refused is not None:
            assert refused.status == self.model.status
            self.exception = refused.exception
        assert self.received == self.model.to_client
        assert type(self.exception) is (self.end or type(None)), self.exception
        assert asyncio.all_tasks() == tasks
        assert self.model.state == "closed"

    async def connect_and_run(self):
        """Connect; have each make its steps; read what came."""
        async with connect(self.app, "/", raise_exceptions=False) as client:
            assert self.model.status == 101
            try:
                for who, step in self.after:
                    await (self.act if who == "client" else self.order)(client, step)
            finally:
                self.commands.put_nowait(None)
            await self.read(client)
        assert client.code == self.model.code
        self.exception = client.exception

    async def order(self, client, call):
        """Have the application make a call."""
        self.commands.put_nowait(call)
        async with asyncio.timeout(30):
            fault = await self.outcomes.get()
        if fault is not None:
            raise fault

    async def act(self, client, act):
        """Do what a client does."""
        name, *arguments = act
        if name == "pause":
            await asyncio.sleep(0)
        elif name == "send":
            closed = await outcome_of(client.send(*arguments), Closed)
            assert (closed is not None) == (
                self.model.client_sends(*arguments) == ENDED
            )
        elif name == "close":
            await client.close(*arguments)
            self.model.client_closes(*arguments)
        else:
            client.abort()
            self.model.client_closes(1006)

    async def read(self, client):
        """Receive until the connection ends."""
        while not isinstance(got := await outcome_of(client.receive(), Closed), Closed):
            self.received.append(got)
        assert got.code == self.model.code


async def outcome_of(awaitable, errors=Exception):
    """Return the result, or the error."""
    try:
        return await awaitable
    except errors as error:
        return error


@settings(max_examples=400, deadline=None)
@given(befores, steps, ends)
def test_every_program_ends_as_the_model_does(before, after, end):
    """F1-F7, F26: no illegal event, no task left over, the model's close code."""

    async def main():
        await Program(before, after, end).run()

    asyncio.run(main())
