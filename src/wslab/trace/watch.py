"""Watching a recorder: each connection as a whole, while it goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from wslab.trace.model import Connection, Event
from wslab.trace.recorder import Recorder
from wslab.trace.recording import Bounds

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """What one connection did since the last look, and all that is kept of it.

    `new` is as `Recorder.take` gives it, `whole` from the connection's beginning.
    """

    new: Connection
    whole: Connection


class Wholes:
    """Puts the looks at connections together, each from its beginning."""

    def __init__(self, bounds: Bounds) -> None:
        """Keep of each connection what `bounds` says, until it is over."""
        self._bounds = bounds
        self._wholes: dict[int, Connection] = {}

    def news(self, new: Connection) -> News:
        """Return a look at a connection, with all that is kept of it."""
        earlier = self._wholes.pop(new.number, None)
        whole = new if earlier is None else joined(earlier, new, self._bounds)
        if not whole.is_over:
            self._wholes[new.number] = whole
        return News(new, whole)


class View(Protocol):
    """What shows or keeps the connections of a `Watch`."""

    def show(self, news: Sequence[News], left_out: int) -> None:
        """Show what happened since the last time, in the order of the connections.

        `left_out` connections, that did something too, are missing.
        """

    def close(self) -> None:
        """Show no more: the watch has ended, `show` has had the last of it."""


class Watch:
    """Looks at a recorder now and then, in a thread, and tells its views.

    A view's `show` is called in that thread only, from `start` to `stop`.
    """

    def __init__(
        self,
        recorder: Recorder,
        views: Sequence[View],
        interval: float,
        bounds: Bounds,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Prepare a watch.

        Args:
            recorder: What is watched; nobody else may take from it.
            views: What is told.
            interval: Seconds between two looks.
            bounds: What is kept of each whole connection.
            failed: Is called with what a view raises, which is told no more; by
                default it is logged.
        """
        self._recorder = recorder
        self._views = list(views)
        self._interval = interval
        self._failed = failed or _log
        self._wholes = Wholes(bounds)
        self._ending = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="wslab watch", daemon=True
        )

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Look once more, close the views, and return when that is done."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            ended = self._ending.wait(self._interval)
            self._look()
        self._tell(lambda view: view.close())

    def _look(self) -> None:
        trace = self._recorder.take(ends=True)
        if not trace.connections and not trace.left_out:
            return
        news = [self._wholes.news(new) for new in trace.connections]
        self._tell(lambda view: view.show(news, trace.left_out))

    def _tell(self, tell: Callable[[View], None]) -> None:
        for view in tuple(self._views):
            try:
                tell(view)
            except Exception as error:
                self._views.remove(view)
                self._failed(error)


def _log(error: Exception) -> None:
    logger.error("a view failed, and is told no more", exc_info=error)


def joined(earlier: Connection, later: Connection, bounds: Bounds) -> Connection:
    """Return one connection of two consecutive looks, its first and last events kept.

    Nothing lies between the two; within each, events may be left out at its gap.
    """
    first, rest = _both_parts(earlier)
    later_first, later_rest = _both_parts(later)
    left_out = earlier.left_out + later.left_out
    rest = rest + later_first
    if not earlier.left_out:
        rest = [*first, *rest, *(() if later.left_out else later_rest)]
        first, rest = rest[: bounds.first_events], rest[bounds.first_events :]
        later_rest = later_rest if later.left_out else []
    if later.left_out:
        left_out += len(rest)
        rest = later_rest
    else:
        rest = rest + later_rest
    dropped = max(0, len(rest) - bounds.last_events)
    events = first + rest[dropped:]
    return replace(
        later,
        events=tuple(event for _, event in events),
        times=tuple(at for at, _ in events),
        gap=len(first),
        left_out=left_out + dropped,
        continued=earlier.continued,
    )


_Timed = list[tuple[float, Event]]


def _both_parts(connection: Connection) -> tuple[_Timed, _Timed]:
    """Return times and events before and after the gap."""
    both = list(zip(connection.times, connection.events, strict=True))
    return both[: connection.gap], both[connection.gap :]
