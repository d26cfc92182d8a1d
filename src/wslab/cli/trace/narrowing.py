"""Which connections a view is told of."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Self

from wslab.trace.explain import explain
from wslab.trace.model import Connection
from wslab.trace.watch import News, View


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a connection must be to be shown; None and False demand nothing.

    Attributes:
        path: what the request's path, or its target, must match.
        client: what the client's address must match, with or without its port.
        only_failures: whether it must have ended and `explain` must call it failed.
        with_http: whether it may be one on which nobody asked for a WebSocket.
    """

    path: str | None = None
    client: str | None = None
    only_failures: bool = False
    with_http: bool = False

    @classmethod
    def of(cls, options: argparse.Namespace) -> Self:
        """Return what the options of the command ask for."""
        return cls(
            options.path, options.client, options.only_failures, options.with_http
        )

    def admits(self, connection: Connection) -> bool:
        """Return whether a connection, as far as it is known, is to be shown."""
        if not (self.with_http or connection.is_websocket):
            return False
        target = connection.path
        if self.path and not _matches(self.path, target, target.partition("?")[0]):
            return False
        address = connection.client or ""
        host = address.rpartition(":")[0]
        if self.client and not _matches(self.client, address, host, host.strip("[]")):
            return False
        return not self.only_failures or _has_failed(connection)


def _matches(pattern: str, *texts: str) -> bool:
    return any(fnmatchcase(text, pattern) for text in texts)


def _has_failed(connection: Connection) -> bool:
    explanation = explain(connection) if connection.is_over else None
    return explanation is not None and explanation.failed


class Narrowed:
    """A view that is told only of some connections.

    Where only failures are wanted, it is told of each once and as a whole.
    """

    def __init__(self, view: View, narrowing: Narrowing) -> None:
        self._view = view
        self._narrowing = narrowing

    def show(self, news: Sequence[News], left_out: int) -> None:
        """Hand on what is wanted."""
        wanted = list(self._wanted(news))
        if wanted or left_out:
            self._view.show(wanted, left_out)

    def close(self) -> None:
        """Hand on."""
        self._view.close()

    def _wanted(self, news: Sequence[News]) -> Iterator[News]:
        for one in news:
            if self._narrowing.admits(one.whole):
                whole = one.whole
                yield News(whole, whole) if self._narrowing.only_failures else one
