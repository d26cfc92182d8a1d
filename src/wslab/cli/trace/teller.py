"""Telling of one connection after the other, where each has a beginning and an end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wslab.trace.model import Connection
from wslab.trace.watch import News


class Teller(Protocol):
    """What tells of connections in lines."""

    def tell(self, new: Connection) -> None:
        """Tell what a connection did since the last time."""

    def conclude(self, whole: Connection) -> None:
        """Tell of a connection that is over, or that goes on when the watch ends."""

    def leave_out(self, count: int) -> None:
        """Say that so many connections are missing."""

    def close(self) -> None:
        """Tell no more."""


class Telling:
    """A view that has a teller tell: what happens, and each connection's end."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._going_on: dict[int, Connection] = {}

    def show(self, news: Sequence[News], left_out: int) -> None:
        """Tell what is new, and conclude what is over."""
        for one in news:
            self._teller.tell(one.new)
            self._going_on.pop(one.whole.number, None)
            if one.whole.is_over:
                self._teller.conclude(one.whole)
            else:
                self._going_on[one.whole.number] = one.whole
        if left_out:
            self._teller.leave_out(left_out)

    def close(self) -> None:
        """Conclude what goes on."""
        for whole in self._going_on.values():
            self._teller.conclude(whole)
        self._teller.close()
