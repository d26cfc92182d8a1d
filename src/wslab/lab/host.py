"""What runs a server: the seam between the lab and the place where it works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Protocol, TypeVar

import uvicorn

from wslab.lab.log import ServerLog
from wslab.trace.recorder import Recorder

T = TypeVar("T")

QUIET_TURNS = 50
"""Turns of a loop without an event after which its server is at rest.

Each step of a handler that has what it waits for takes one turn or two.
"""


class Host(Protocol):
    """Runs one uvicorn server on 127.0.0.1, from `start` until `stop`.

    Attributes:
        port: where it listens.
        log: what the server says, and the exceptions that it could give to nobody.
    """

    port: int
    log: ServerLog

    @property
    def running(self) -> bool:
        """Whether the server has been started and has not ended."""

    @property
    def unfinished(self) -> list[str]:
        """Once it has ended, the tasks that ignored their cancellation."""

    async def start(self, context: Context) -> None:
        """Return once connections are accepted; raise what the start failed with.

        The server's tasks and callbacks inherit `context`.
        """

    async def stop(self, grace: float) -> None:
        """Return once the server has ended, whatever its handlers do.

        Handlers have `grace` seconds to return and are then cancelled; the server has
        as long again to end, and so have the tasks that are left.

        Raises:
            TimeoutError: it did not end some seconds after that; says what it does.
        """

    def stop_now(self, grace: float) -> None:
        """Stop as `stop` does, but block meanwhile and raise nothing."""

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine as a task of the server's; cancelled with the caller.

        Raises:
            RuntimeError: the server has ended, or ends meanwhile.
        """

    def settle(self, timeout: float) -> None:
        """Block until `at_rest` says so, at most `timeout` seconds.

        Return at once in the server's own tasks, and where it has ended.
        """


NewHost = Callable[[uvicorn.Config, Recorder], Host]
"""Makes a host, of a configuration and of what records."""


async def at_rest(recorder: Recorder) -> None:
    """Return, on the server's loop, once the server is at rest.

    It is at rest when whatever has reached it is handled, as far as that needs no
    time, thread or client to be waited for, and each connection that has begun to
    close is closed and the application's call for it has ended.
    """
    quiet = 0
    while quiet < QUIET_TURNS:
        before, ending = recorder.progress()
        await asyncio.sleep(0.001 if ending else 0)
        rested = not ending and recorder.progress() == (before, False)
        quiet = quiet + 1 if rested else 0


_hosts: dict[type[asyncio.AbstractEventLoop], NewHost] = {}
"""For kinds of event loop, what runs the servers that are started on them."""


def register_host(
    create: NewHost, loops: type[asyncio.AbstractEventLoop] = asyncio.AbstractEventLoop
) -> None:
    """Have servers run by what `create` returns from now on.

    Args:
        create: returns a host that is not started yet.
        loops: the kind of event loop on which `serve` is called then, by default any;
            what is registered for a narrower kind precedes.
    """
    _hosts[loops] = create


def new_host(config: uvicorn.Config, recorder: Recorder) -> Host:
    """Return a host, not yet started, of the kind that the running loop has."""
    for kind in type(asyncio.get_running_loop()).__mro__:
        if kind in _hosts:
            return _hosts[kind](config, recorder)
    raise RuntimeError("no host is registered")
