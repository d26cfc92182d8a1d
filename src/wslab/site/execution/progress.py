"""Show how far the execution of several notebooks has come."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

SILENCE = 2.0  # seconds after which a log without new lines gets a sign of life


class Progress:
    """What the execution tells; this one keeps it to itself."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the stream as a following line expects it."""

    def announce(self, total: int, cached: int, jobs: int) -> None:
        """Tell that `total` notebooks come, `cached` of them without a kernel."""

    def cell(self, name: str, number: int, of: int) -> None:
        """Tell which code cell a notebook has come to; 0: its kernel starts."""

    def finished(self, name: str, seconds: float) -> None:
        """Tell that a notebook was executed, and in how many seconds."""

    def failed(self, name: str, seconds: float) -> None:
        """Tell that a notebook failed; the reason follows when all have ended."""

    def tick(self) -> None:
        """Show that time passes; called a few times a second."""


class LogProgress(Progress):
    """A line for each notebook that has ended, and one where all else is silent."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.running: dict[str, tuple[int, int]] = {}
        self.last = time.monotonic()

    def announce(self, total: int, cached: int, jobs: int) -> None:
        fresh = total - cached
        if not fresh:
            self.line(f"{plural(total)} unchanged, no kernel started")
            return
        unchanged = f", {cached} unchanged" if cached else ""
        self.line(f"executing {plural(fresh)}, {jobs} at a time{unchanged}")

    def cell(self, name: str, number: int, of: int) -> None:
        self.running[name] = (number, of)

    def finished(self, name: str, seconds: float) -> None:
        self.end(name, f"{name}: executed in {seconds:.1f} s")

    def failed(self, name: str, seconds: float) -> None:
        self.end(name, f"{name}: FAILED after {seconds:.1f} s")

    def tick(self) -> None:
        if self.running and time.monotonic() - self.last >= SILENCE:
            self.line("  " + ", ".join(self.state(name) for name in self.running))

    def end(self, name: str, text: str) -> None:
        """Tell of a notebook that it has ended."""
        self.running.pop(name, None)
        self.line(text)

    def state(self, name: str) -> str:
        """Return how far a running notebook has come."""
        number, of = self.running[name]
        return f"{name}: " + (f"cell {number} of {of}" if number else "kernel starts")

    def line(self, text: str) -> None:
        """Write a line of the log."""
        self.last = time.monotonic()
        print(text, file=self.stream, flush=True)


class LiveProgress(LogProgress):
    """On a terminal: a live line for each running notebook, below those that ended."""

    def __init__(self, stream: TextIO, columns: int) -> None:
        super().__init__(stream)
        self.columns = columns
        self.drawn = 0

    def __exit__(self, *_: object) -> None:
        self.running.clear()
        self.draw()

    def cell(self, name: str, number: int, of: int) -> None:
        super().cell(name, number, of)
        self.draw()

    def tick(self) -> None:
        """Draw nothing: the lines are drawn when they change."""

    def line(self, text: str) -> None:
        self.draw(text)

    def draw(self, above: str | None = None) -> None:
        """Draw the live lines anew, below one that is there to stay."""
        lines = [f"  {self.state(name)}"[: self.columns - 1] for name in self.running]
        up = f"\x1b[{self.drawn}F" if self.drawn else ""
        ended = [above] if above is not None else []
        text = "".join(f"{line}\n" for line in (*ended, *lines))
        self.stream.write(f"{up}\x1b[J{text}")
        self.stream.flush()
        self.drawn = len(lines)


def progress_on(stream: TextIO | None = None) -> Progress:
    """Return the display that suits a stream (standard error unless given)."""
    import shutil

    stream = stream or sys.stderr
    if stream.isatty():
        return LiveProgress(stream, shutil.get_terminal_size().columns)
    return LogProgress(stream)


def plural(number: int) -> str:
    """Return a number of notebooks in words."""
    return f"{number} notebook" + ("" if number == 1 else "s")
