"""What is on its way to the members of a room, none of whom delays another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from wslab.websocket.connection import Connection
from wslab.websocket.rooms.bus import Content


class Member:
    """A connection, and what waits behind a send to it, the oldest first."""

    __slots__ = (
        "connection",
        "gone",
        "id",
        "joined",
        "memberships",
        "sender",
        "waiting",
    )

    def __init__(self, connection: Connection, id: str) -> None:
        self.connection = connection
        self.id = id
        self.joined = False  # by `Room.join`
        self.memberships = 0  # blocks of `Room.membership` that it is in
        self.gone = False
        self.waiting: deque[Content] = deque()
        self.sender: asyncio.Task[None] | None = None  # has a send to it under way

    def discard(self) -> None:
        """Send nothing more, not even what waits."""
        self.gone = True
        self.waiting.clear()
        if self.sender is not None and self.sender is not asyncio.current_task():
            self.sender.cancel()


class Delivery:
    """The messages that wait for members of one room, and the tasks that send them.

    Messages are sent in the order in which they are put, each to one member after the
    other, by one task, in a loop as plain as anybody's. If a send has to wait, that
    task waits with it, and at the loop's next turn another goes on with the rest; so
    there are as many tasks as there are members that do not read. What comes for such a
    member waits behind its send.

    `full` is called with a member that has a send under way and more than `limit`
    messages behind it, `failed` with one whose send raised.
    """

    __slots__ = (
        "_failed",
        "_full",
        "_limit",
        "_passes",
        "_rounds",
        "_senders",
        "_starting",
    )

    def __init__(
        self,
        limit: int,
        full: Callable[[Member], None],
        failed: Callable[[Member, BaseException], None],
    ) -> None:
        self._limit = limit
        self._full = full
        self._failed = failed
        self._rounds: deque[tuple[Content, Iterator[Member]]] = deque()
        self._senders: set[asyncio.Task[None]] = set()
        self._starting = False  # a new sender runs at the loop's next turn
        self._passes = 0

    def put(self, content: Content, members: Iterable[Member]) -> None:
        """Send `content` to each member, after what waits for it already."""
        self._rounds.append((content, iter(members)))
        if not self._starting:
            self._passes += 1
            self._start()

    async def passed(self) -> None:
        """Return when each member of the last `put` has been sent to, or has to wait.

        It lets the loop turn once at least, so that a tight loop of broadcasts does not
        starve everybody else.
        """
        current = self._passes
        await asyncio.sleep(0)
        while self._starting and self._passes == current:  # noqa: ASYNC110
            await asyncio.sleep(0)  # one turn for each member that begins to stall

    def _start(self) -> None:
        self._starting = bool(self._rounds)
        if self._starting:
            sender = asyncio.create_task(self._send())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)
            asyncio.get_running_loop().call_soon(self._start)

    async def _send(self) -> None:
        sender = asyncio.current_task()
        assert sender is not None
        while self._rounds:
            content, members = current = self._rounds[0]
            for member in members:  # the rest of them: all senders share it
                if member.gone:
                    continue
                if member.sender is not None:
                    self._queue(member, content)
                    continue
                member.sender = sender
                try:
                    await member.connection.send(content)
                    while member.waiting:
                        await member.connection.send(member.waiting.popleft())
                except (Exception, asyncio.CancelledError) as error:
                    self._failed(member, error)
                    if sender.cancelling():  # by `discard`, or at the loop's end
                        return
                member.sender = None
            if self._rounds and self._rounds[0] is current:
                self._rounds.popleft()

    def _queue(self, member: Member, content: Content) -> None:
        member.waiting.append(content)
        if len(member.waiting) > self._limit:
            self._full(member)
