"""How every connection ends, whatever the handler does and whichever the server is."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any, NamedTuple

from wslab.websocket.codes import INTERNAL_ERROR, NORMAL_CLOSURE, SERVICE_RESTART
from wslab.websocket.connection import CLOSED, FAREWELL, Connection
from wslab.websocket.errors import InvalidMessage, Rejected, WebSocketDisconnect


async def run(
    connection: Connection,
    handler: Awaitable[None],
    caught: Callable[[int], bool],
) -> None:
    """Await the handler and close its connection.

    - It returns: 1000. It raises: 1011, and the exception goes on to the server. It is
      cancelled: 1012, since servers cancel at their shutdown.
    - Never accepted: refused with HTTP 403, whichever of these three it was.
    - WebSocketDisconnect of this connection with a code that `caught` holds true, or
      from a close of the server's own: silenced.
    - InvalidMessage: its own code, silenced. `Rejected`: nothing is left to do.
    """
    try:
        await handler
    except GeneratorExit:
        raise  # the coroutine is being destroyed, and nothing can be awaited
    except BaseException as error:
        settled = _is_settled(connection, error, caught)
        await _finish(connection, error)
        if not settled:
            raise
    else:
        await _finish(connection, None)


class Ending(NamedTuple):
    """What an open connection is closed with."""

    code: int
    reason: str = ""


def _ending(error: BaseException | None) -> Ending:
    if error is None:
        return Ending(NORMAL_CLOSURE)
    if isinstance(error, InvalidMessage):
        return Ending(error.code, error.reason)
    if isinstance(error, asyncio.CancelledError):
        return Ending(SERVICE_RESTART)
    return Ending(INTERNAL_ERROR)


def _is_settled(
    connection: Connection, error: BaseException, caught: Callable[[int], bool]
) -> bool:
    """Tell whether the error goes no further.

    A WebSocketDisconnect may be that of another connection which the handler sent to;
    then this one is open, and the error is the handler's own.
    """
    if isinstance(error, WebSocketDisconnect):
        return is_silent(connection, error, caught)
    return isinstance(error, Rejected | InvalidMessage)


def is_silent(
    connection: Connection, error: WebSocketDisconnect, caught: Callable[[int], bool]
) -> bool:
    """Tell whether a disconnect is the connection's own, and one to keep quiet about.

    It is where the server's side ended it, and where `caught` holds its code true.
    """
    return connection.state is CLOSED and (
        connection.closed_by == "server" or caught(error.code)
    )


async def _finish(connection: Connection, error: BaseException | None) -> None:
    """Close or refuse unless that is done, within a bound, and stop reading."""
    try:
        if connection.state is not CLOSED:
            ending = _ending(error)
            await bounded(connection.close(ending.code, ending.reason))
    finally:
        await connection.release()


async def bounded(farewell: Coroutine[Any, Any, None]) -> None:
    """Await it for FAREWELL seconds; most often it need not wait: then without a timer.

    It is stepped by hand, since asyncio.timeout would cost 7 us of the 12 that a view's
    whole connection takes, and miss the bar of benchmarks/connection.py (1.5 times
    Starlette instead of at most once). benchmarks/farewell.py measures it alone.
    """
    try:
        awaited = farewell.send(None)
    except StopIteration:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(FAREWELL):
            await _rest(farewell, awaited)


@types.coroutine
def _rest(
    farewell: Coroutine[Any, Any, None], awaited: Any
) -> Generator[Any, Any, None]:
    """Await a coroutine that has made its first step, to where it awaits `awaited`."""
    while True:
        step: Callable[[Any], Any] = farewell.send
        try:
            argument = yield awaited
        except BaseException as error:  # a cancellation is the farewell's to hear
            step, argument = farewell.throw, error
        try:
            awaited = step(argument)
        except StopIteration:
            return
