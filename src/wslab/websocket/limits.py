"""What one client may send: the size of a message and the rate of messages."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from wslab.websocket.codes import MESSAGE_TOO_BIG, POLICY_VIOLATION
from wslab.websocket.errors import DeclarationError


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_size` in bytes (of UTF-8 for text), `max_rate` in messages a second.

    None leaves a limit out. The rate is an average over one second, so that a burst of
    one second's worth is let through. Messages count as they are read, ahead of the
    handler; what waited while nobody read is counted as sent over that while. A handler
    that blocks the whole event loop, with `time.sleep` say, is not such a pause: what
    arrives meanwhile counts as one burst.
    """

    max_size: int | None = None
    max_rate: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("max_size", self.max_size), ("max_rate", self.max_rate)):
            if value is not None and value <= 0:
                raise DeclarationError(f"{name} must be positive, not {value}")

    def meter(self, default: Limits) -> Meter | None:
        """Return a meter for one connection, None if there is nothing to measure.

        What these limits leave out is the default's.
        """
        size = default.max_size if self.max_size is None else self.max_size
        rate = default.max_rate if self.max_rate is None else self.max_rate
        return None if size is None and rate is None else Meter(size, rate)


class Meter:
    """Holds one connection's messages against the limits: a token bucket.

    The bucket fills with the rate and holds one second's worth. While nobody reads, the
    client's messages pile up on the way, to arrive in one burst, so that the bucket
    must hold more then: it grows by that pause, and shrinks again while reading goes
    on. A client is never allowed more than its rate over the connection's whole time,
    and one second's worth.
    """

    __slots__ = ("_pause", "_rate", "_size", "_then", "_tokens")

    def __init__(self, size: int | None, rate: float | None) -> None:
        self._size = size
        self._rate = rate
        self._tokens = max(1.0, rate or 0.0)
        self._pause = 0.0  # seconds without reading, less those with reading since
        self._then = monotonic()

    def resume(self) -> None:
        """Tell that from now on somebody waits for the next message."""
        if self._rate is not None:
            self._pause += self._pass(self._rate)

    def excess(self, content: str | bytes) -> tuple[int, str] | None:
        """Count a message; return the close code and reason if it is one too many."""
        size, rate = self._size, self._rate
        if size is not None and _exceeds(content, size):
            return MESSAGE_TOO_BIG, f"a message may have at most {size} bytes"
        if rate is not None and not self._take(rate):
            return POLICY_VIOLATION, f"at most {rate:g} messages a second"
        return None

    def _take(self, rate: float) -> bool:
        full = max(1.0, rate) + self._pause * rate
        self._pause = max(0.0, self._pause - self._pass(rate))
        self._tokens = min(full, self._tokens)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def _pass(self, rate: float) -> float:
        """Fill the bucket for the time since the last call; return those seconds."""
        now = monotonic()
        elapsed, self._then = now - self._then, now
        self._tokens += elapsed * rate
        return elapsed


def _exceeds(content: str | bytes, limit: int) -> bool:
    """Compare without encoding where the number of characters decides."""
    if len(content) > limit:
        return True
    if isinstance(content, bytes) or content.isascii() or len(content) * 4 <= limit:
        return False
    return len(content.encode("utf-8", "surrogatepass")) > limit
