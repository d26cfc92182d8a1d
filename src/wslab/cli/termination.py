"""SIGTERM, which a supervisor sends where a person presses Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def sigterm_interrupts() -> Iterator[list[int]]:
    """Let SIGTERM raise KeyboardInterrupt, once; yields a list with what has come.

    SIGINT is left alone: a shell starts a job in the background with it ignored.
    """
    come: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        come.append(number)
        signal.signal(number, signal.SIG_IGN)  # the clean-up takes a moment
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield come
    finally:
        signal.signal(signal.SIGTERM, before)
