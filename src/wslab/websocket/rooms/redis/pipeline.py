"""Commands to Redis: in one order, many at once, and again until they are answered."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from redis.asyncio import Connection
from redis.exceptions import ResponseError

from wslab.websocket.rooms.redis.link import Command, Link, Unreachable, answer, packed

BATCH = 100  # requests that are on their way together


class Request:
    """Commands that belong together, and whoever waits for the first one's answer."""

    __slots__ = ("answered", "commands")

    def __init__(self, commands: tuple[Command, ...]) -> None:
        self.commands = commands
        self.answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


class Pipeline:
    """One connection on which every request waits its turn.

    Requests are sent in the order in which they were made. Those without an answer when
    the connection breaks are sent again, in the same order, unless nobody waits for
    them any more: so Redis may get a command twice, but never one for the first time
    after a later one.
    """

    def __init__(self, link: Link, timeout: float) -> None:
        self._link = link
        self._timeout = timeout
        self._requests: deque[Request] = deque()
        self._wanted = asyncio.Event()
        self._trouble: Unreachable | None = None

    async def execute(self, *commands: Command) -> Any:
        """Return the answer to the first of some commands.

        Raises:
            ConnectionError: Redis has not answered in time, or has refused them.
        """
        request = Request(commands)
        self._post(request)
        try:
            async with asyncio.timeout(self._timeout):
                return await request.answered
        except TimeoutError:
            raise ConnectionError(
                f"no answer within {self._timeout:g} s from {self._trouble or 'Redis'}"
            ) from self._trouble

    def send(self, *commands: Command) -> None:
        """Have commands executed some time; what they answer concerns nobody."""
        request = Request(commands)
        request.answered.add_done_callback(lambda it: it.cancelled() or it.exception())
        self._post(request)

    def _post(self, request: Request) -> None:
        self._requests.append(request)
        self._wanted.set()

    async def run(self) -> None:
        """Send what is asked for, until cancelled."""
        try:
            while True:
                await self._wanted.wait()
                await self._turn()
        finally:
            self._fail(ConnectionError("the event loop of this bus ends"))
            await self._link.close()

    async def _turn(self) -> None:
        waiting = (it for it in self._requests if not it.answered.done())
        self._requests = deque(waiting)
        if not self._requests:
            self._wanted.clear()
            return
        try:
            # Time for another attempt must be left to those who wait.
            async with self._link.exchange(self._timeout / 2) as connection:
                await self._send(connection)
            self._trouble = None
        except Unreachable as error:
            self._trouble = error
            if error.refused:
                self._fail(ConnectionError(str(error)))
            await self._link.pause()

    async def _send(self, connection: Connection) -> None:
        batch = list(self._requests)[:BATCH]
        commands = (command for it in batch for command in it.commands)
        await connection.send_packed_command(packed(commands))
        for request in batch:
            answers = [await answer_or_error(connection) for _ in request.commands]
            self._requests.popleft()
            if request.answered.done():
                continue
            if isinstance(answers[0], ResponseError):
                error = ConnectionError(f"Redis refuses: {answers[0]}")
                request.answered.set_exception(error)
            else:
                request.answered.set_result(answers[0])

    def _fail(self, error: ConnectionError) -> None:
        for request in self._requests:
            if not request.answered.done():
                request.answered.set_exception(error)
        self._requests.clear()


async def answer_or_error(connection: Connection) -> Any:
    """Return an answer; one that says that the command failed, too."""
    try:
        return await answer(connection)
    except ResponseError as error:
        return error
