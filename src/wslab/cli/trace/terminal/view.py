"""What is shown where standard output is a terminal."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.text import Text

from wslab.cli.trace.tally import Tally
from wslab.cli.trace.teller import Telling
from wslab.cli.trace.terminal.block import block
from wslab.cli.trace.terminal.held import HeldStreams
from wslab.cli.trace.terminal.region import Counts, Open, region
from wslab.trace.model import Connection
from wslab.trace.watch import News, View

INTERVAL = 0.25
"""Seconds between two frames."""

LADDERS = 10
"""Ladders in one frame: of more connections that end there is no more than a line."""

_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


def live(stream: TextIO) -> View:
    """Return the view that shows what is open, and above it what has ended."""
    return Live(Console(file=stream, highlight=False), HeldStreams())


def printed(stream: TextIO) -> View:
    """Return the view that shows what has ended, without a region of its own."""
    return Telling(Blocks(Console(file=stream, highlight=False)))


class Blocks:
    """Tells of connections in blocks, in colour."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def tell(self, new: Connection) -> None:
        """Do nothing: a connection is shown as a whole."""

    def conclude(self, whole: Connection) -> None:
        """Print its block."""
        for line in block(whole, Tally().plus(whole), self._console.width):
            self._console.print(line)

    def leave_out(self, count: int) -> None:
        """Print a line that says so."""
        self._console.print(Text(f"{count} connections not recorded", "italic"))

    def close(self) -> None:
        """Do nothing: each block has been printed."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What has happened since the last frame, and what is open now."""

    ended: list[Open]
    open: list[Open]
    counts: Counts


class Live:
    """Paints frames in a thread of its own, a few times a second.

    `show` takes note of what happened, and no more. What the application and the
    server's log print appears above the region.
    """

    def __init__(self, console: Console, streams: HeldStreams) -> None:
        """Begin to paint."""
        self._console = console
        self._streams = streams
        self._lock = threading.Lock()
        self._open: dict[int, Open] = {}
        self._ended: deque[Open] = deque()
        self._counts = Counts()
        self._drawn: list[Text] = []
        self._error: Exception | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="wslab terminal", daemon=True
        )
        self._thread.start()

    def show(self, news: Sequence[News], left_out: int) -> None:
        """Take note; raises what painting raised."""
        if self._error is not None:
            raise self._error
        with self._lock:
            for one in news:
                self._note(one)
            counts = self._counts
            self._counts = Counts(counts.ended, counts.left_out + left_out)

    def close(self) -> None:
        """Paint what is left to say, leave the terminal to others."""
        self._closing.set()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _note(self, one: News) -> None:
        number = one.whole.number
        earlier = self._open.pop(number, None)
        tally = earlier.tally if earlier else Tally()
        now = Open(one.whole, tally.plus(one.new))
        if one.whole.is_over:
            self._ended.append(now)
            counts = self._counts
            self._counts = Counts(counts.ended + 1, counts.left_out)
        else:
            self._open[number] = now

    def _run(self) -> None:
        try:
            while not self._closing.wait(INTERVAL):
                self._paint(self._frame())
            self._paint(self._frame(), is_last=True)
        except Exception as error:
            self._error = error
        finally:
            self._streams.release()

    def _frame(self) -> _Frame:
        with self._lock:
            ended = [self._ended.popleft() for _ in range(len(self._ended))]
            return _Frame(ended, list(self._open.values()), self._counts)

    def _paint(self, frame: _Frame, is_last: bool = False) -> None:
        """Replace the region, and put what has ended and what was printed above it."""
        console = self._console
        columns, rows = console.size
        erase = self._erasing(columns)
        ended = frame.ended + frame.open if is_last else frame.ended
        self._drawn = []
        if not is_last and not console.is_dumb_terminal and not console.legacy_windows:
            now = time.time()
            self._drawn = region(frame.open, frame.counts, columns, rows - 1, now)
        with console.capture() as capture:
            if said := self._streams.take():
                console.print(Text.from_ansi(said.removesuffix("\n")), soft_wrap=True)
            for index, one in enumerate(ended):
                with_ladder = index < LADDERS
                for line in block(one.connection, one.tally, columns, with_ladder):
                    console.print(line)
            console.print(Text("\n").join(self._drawn), end="", no_wrap=True)
        text = erase + capture.get()
        if text:
            cursor = _HIDE_CURSOR if self._drawn else _SHOW_CURSOR if erase else ""
            console.file.write(text + cursor)
            console.file.flush()

    def _erasing(self, columns: int) -> str:
        """Return what erases the region, which a narrower terminal has folded."""
        if not self._drawn:
            return ""
        heights = [max(1, -(-line.cell_len // columns)) for line in self._drawn]
        up = sum(heights) - 1
        return f"\r\x1b[{up}A\x1b[J" if up else "\r\x1b[J"
