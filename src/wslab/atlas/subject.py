"""The application that a measured server runs: it plays each scenario, and reports.

A server is started with `wslab.atlas.subject:app`. The header `x-run` of a request says
which scenario to play and for which run; what the application receives and sends goes
to the measuring process as lines of JSON, over the connection that WSLAB_ATLAS names.
This module and what it imports need the standard library alone.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import json
import os
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from wslab.asgi import ASGIApplication, Event, Receive, Scope, Send
from wslab.atlas.scenario import Application
from wslab.atlas.scenarios import SCENARIOS
from wslab.trace.document import event_to_json
from wslab.trace.messages import Message, Messages
from wslab.trace.model import ApplicationEvent
from wslab.trace.recording import Guard
from wslab.trace.taps.application import ApplicationCall

ADDRESS = "WSLAB_ATLAS"
"""The environment variable with the address of the measuring process, host:port."""

FRAMEWORK = "WSLAB_ATLAS_APP"
"""The environment variable that may name another application, as module:name."""

RUN = b"x-run"
"""The request header that names the run and the client, as in "handler-returns.3.0"."""


def environment(channel: str, application: str = "") -> dict[str, str]:
    """Return the environment of a process that plays scenarios.

    Args:
        channel: The address of the measuring process, host:port.
        application: Another application, as module:name; "" for the scenario's own.
    """
    source = str(Path(__file__).parents[2])
    path = filter(None, [source, os.environ.get("PYTHONPATH")])
    return {
        **os.environ,
        ADDRESS: channel,
        FRAMEWORK: application,
        "PYTHONPATH": os.pathsep.join(path),
    }


class Reports(Protocol):
    """A way to who measures and, for signals, back."""

    def report(self, run: str, **what: Any) -> None:
        """Send a line about a run, stamped with the machine's monotonic clock."""

    async def signal(self, name: str) -> None:
        """Wait for a signal, named as in "handler-returns.3 go"."""


class Reporter:
    """The way to a measuring process, which the environment names."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._lock = threading.Lock()
        self._signals: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Event]] = {}
        self._early: set[str] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def report(self, run: str, **what: Any) -> None:
        """Send a line about a run, stamped with the machine's monotonic clock."""
        line = json.dumps({"run": run, "at": time.monotonic(), **what})
        with self._lock:
            self._socket.sendall(line.encode() + b"\n")

    async def signal(self, name: str) -> None:
        """Wait for a signal, named as in "handler-returns.3 go"."""
        event = asyncio.Event()
        with self._lock:
            if name in self._early:
                return
            self._signals[name] = (asyncio.get_running_loop(), event)
        await event.wait()

    def _listen(self) -> None:
        with self._socket, self._socket.makefile(encoding="utf-8") as lines:
            for line in lines:
                with self._lock:
                    name = line.rstrip("\n")
                    self._early.add(name)
                    waiting = self._signals.pop(name, None)
                if waiting is not None:
                    loop, event = waiting
                    loop.call_soon_threadsafe(event.set)


_NUMBERS = itertools.count()


class ReportedCall:
    """One call of the application, reported as it happens."""

    calls = 0
    exchanges = 0
    client: str | None = None

    def __init__(
        self, reporter: Reports, run: str, client: int, keys: tuple[str, ...]
    ) -> None:
        self.guard = Guard()
        self._messages = Messages()
        self._reporter = reporter
        self._run = run
        self._source = client
        self._keys = keys
        self._number = next(_NUMBERS)

    def note(self, kind: str, what: Message | ApplicationEvent, /) -> None:
        """Report the event of a note, less what depends on where the code lies."""
        event = what if kind == "made" else self._messages.event(kind, what)
        assert isinstance(event, ApplicationEvent)
        plain = event._replace(place=None, routed=None)
        self._report(event=event_to_json(plain))

    def _report(self, **what: Any) -> None:
        self._reporter.report(self._run, call=self._number, **what)

    async def play(
        self, app: Application, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Call the application, and report what it receives, sends and ends with."""
        known = {**scope.get("asgi", {}), **scope}
        wanted = {
            key: _shown(known[key]) if key in known else "(absent)"
            for key in self._keys
        }
        self._report(type=scope["type"], client=self._source, scope=wanted)
        call = ApplicationCall(
            self,
            self._noting("receive", receive),
            self._noting("send", send),
        )

        async def signal(name: str) -> None:
            await self._reporter.signal(f"{self._run} {name}")

        async def returning(scope: Scope, receive: Receive, send: Send) -> None:
            scope["signal"] = signal
            note = await app(scope, receive, send)
            if isinstance(note, str):
                self._report(note=note)

        await call.run(returning, scope)

    def _noting(
        self, name: str, step: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Awaitable[Any]]:
        """Report when the server's own `receive` or `send` is entered and left."""

        async def noted(*event: Event) -> Any:
            self._report(enters=name)
            try:
                return await step(*event)
            finally:
                self._report(leaves=name)

        return noted


def _shown(value: Any) -> str:
    """Return a value of a scope as Python writes it, its tuples as lists.

    An object that Python writes with an address is shown as its type.
    """
    match value:
        case Mapping():
            pairs = (f"{key!r}: {_shown(item)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_shown, value)) + "]"
        case str() | bytes() | int() | float() | None:
            return repr(value)
    return type(value).__name__


class Subject:
    """The application.

    Args:
        reporter: Where it reports to. By default it connects to the measuring process
            at its first call.
    """

    def __init__(self, reporter: Reports | None = None) -> None:
        self._reporter = reporter
        self._latest = ""
        self._framework: ASGIApplication | None = None
        self._connecting = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Play the scenario that the request names."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        named = dict(scope["headers"]).get(RUN, b"").decode("latin-1")
        run, _, client = named.rpartition(".")
        scenario = SCENARIOS.get(run.partition(".")[0])
        if scenario is None:
            self._reports()  # connected before the first run is reported
            await _answer(scope, receive, send)
            return
        scope["headers"] = [h for h in scope["headers"] if h[0] != RUN]
        app: Application = self._other() or scenario.app
        self._latest = run
        call = ReportedCall(self._reports(), run, int(client), scenario.scope)
        await call.play(app, scope, receive, send)

    def _reports(self) -> Reports:
        with self._connecting:
            if self._reporter is None:
                self._reporter = Reporter(os.environ[ADDRESS])
            return self._reporter

    def _other(self) -> ASGIApplication | None:
        named = os.environ.get(FRAMEWORK)
        if named and self._framework is None:
            module, _, name = named.partition(":")
            self._framework = getattr(importlib.import_module(module), name)
        return self._framework

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        if other := self._other():
            await other(scope, receive, send)
            return
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup" and "state" in scope:
                scope["state"]["since_startup"] = []
            if event["type"] == "lifespan.shutdown":
                self._reports().report(self._latest, lifespan=event["type"])
            await send({"type": f"{event['type']}.complete"})
            if event["type"] == "lifespan.shutdown":
                return


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that names no run: the server is up."""
    if scope["type"] != "http":
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"up"})


app = Subject()
