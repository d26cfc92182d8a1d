"""One message to many peers: at once where that is possible, else in turn by a task."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from wslab.websocket.connection import Connection
from wslab.websocket.rooms.eager import start

Content = str | bytes


class Member:
    """A connection, and what waits for it because a send before that has not ended."""

    __slots__ = ("connection", "task", "waiting")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.task: asyncio.Task[None] | None = None
        self.waiting: deque[Content] | None = None

    def queue(self, content: Content, limit: int) -> bool:
        """Let `content` wait; return False if more waits than `limit`."""
        if self.waiting is None:
            self.waiting = deque()
        self.waiting.append(content)
        return len(self.waiting) <= limit

    def discard(self) -> None:
        """Send nothing more, not even what waits."""
        self.waiting = None
        if self.task is not None:
            self.task.cancel()


class Delivery:
    """One message on its way to each of the members, none of which delays another.

    `_to_each` is the plain loop of sends, and as cheap. It is started as a task that
    runs at once, and if no send has to wait it has ended when `start` returns. Where
    one waits, that task is left to this member, and a new one goes on with the rest.

    `full` is called with a member for whom more than `limit` messages wait, `failed`
    with one whose send raised.
    """

    __slots__ = (
        "_content",
        "_failed",
        "_full",
        "_limit",
        "_members",
        "_recent",
        "waits",
    )

    def __init__(
        self,
        content: Content,
        members: Iterable[Member],
        limit: int,
        full: Callable[[Member], None],
        failed: Callable[[Member, BaseException], None],
    ) -> None:
        self.waits = False  # whether any member has to wait
        self._content = content
        self._members = iter(members)
        self._limit = limit
        self._full = full
        self._failed = failed
        self._recent: Member | None = None

    def run(self) -> None:
        """Send to each member, or queue. Raises nothing that a member's send does."""
        while (task := start(self._to_each())) is not None:
            self.waits = True
            assert self._recent is not None
            self._recent.task = task

    async def _to_each(self) -> None:
        for member in self._members:
            if member.task is not None:
                self._queue(member)
                continue
            self._recent = member
            try:
                await member.connection.send(self._content)
                if member.task is not None:  # this send had to wait, see `run`
                    return await self._send_what_waits(member)
            except asyncio.CancelledError as error:
                if member.task is not None:
                    raise
                self._failed(member, error)  # the send's own: nobody has cancelled us
            except Exception as error:
                self._failed(member, error)
                if member.task is not None:
                    return None
        return None

    def _queue(self, member: Member) -> None:
        self.waits = True
        if not member.queue(self._content, self._limit):
            self._full(member)

    async def _send_what_waits(self, member: Member) -> None:
        while member.waiting:
            await member.connection.send(member.waiting.popleft())
        member.task = None
