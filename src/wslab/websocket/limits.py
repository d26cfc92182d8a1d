"""What one client may send: the size of a message and the rate of messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from weakref import WeakValueDictionary, ref

from wslab.websocket.codes import MESSAGE_TOO_BIG, POLICY_VIOLATION
from wslab.websocket.errors import DeclarationError

BEAT = 0.05  # seconds between two looks at whether the loop turns


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_size` in bytes (of UTF-8 for text), `max_rate` in messages a second.

    None leaves a limit out. A burst of one second's worth is let through, and then the
    rate. Messages count as they are read, ahead of the handler; what waited while
    nobody read is counted as sent over that while. Nobody reads either while a handler
    blocks the whole event loop, with `time.sleep` say, for a tenth of a second or
    longer.
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
    """Holds one connection's messages against the limits."""

    __slots__ = ("_bucket", "_size")

    def __init__(self, size: int | None, rate: float | None) -> None:
        self._size = size
        self._bucket = None if rate is None else Bucket(rate)

    def resume(self) -> None:
        """Tell that from now on somebody waits for the next message."""
        if self._bucket is not None:
            self._bucket.resume()

    def excess(self, content: str | bytes) -> tuple[int, str] | None:
        """Count a message; return the close code and reason if it is one too many."""
        size, bucket = self._size, self._bucket
        if size is not None and _exceeds(content, size):
            return MESSAGE_TOO_BIG, f"a message may have at most {size} bytes"
        if bucket is not None and not bucket.take():
            return POLICY_VIOLATION, f"at most {bucket.rate:g} messages a second"
        return None


class Bucket:
    """A token bucket for messages.

    It fills with the rate and holds one second's worth. While nobody reads, the
    client's messages pile up on the way, to arrive in one burst, so that the bucket
    must hold more then: it grows by that pause, and shrinks again while reading goes
    on. A client is never allowed more than its rate over the connection's whole time,
    and one second's worth.
    """

    __slots__ = ("_pause", "_pulse", "_still", "_then", "_tokens", "rate")

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._tokens = max(1.0, rate)
        self._pause = 0.0  # seconds without reading, less those with reading since
        self._pulse = pulse()
        self._then, self._still = monotonic(), self._pulse.still

    def resume(self) -> None:
        """Take the time since the last call for a pause."""
        self._pause += sum(self._fill())

    def take(self) -> bool:
        """Take a token out; return whether there was one."""
        reading, still = self._fill()
        self._pause += still
        full = max(1.0, self.rate) + self._pause * self.rate
        self._pause = max(0.0, self._pause - reading)
        self._tokens = min(full, self._tokens)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def _fill(self) -> tuple[float, float]:
        """Add what the time since the last call is worth.

        Returns the seconds in which the loop turned, and those in which it stood still.
        """
        now, still = monotonic(), self._pulse.still
        passed, stood = now - self._then, still - self._still
        self._then, self._still = now, still
        self._tokens += passed * self.rate
        stood = min(stood, passed)
        return passed - stood, stood


class Pulse:
    """Tells how long an event loop has stood still, in a handler that blocks it.

    It beats while somebody holds it. Where two beats are 2 * BEAT apart or more, the
    loop stood still between them.
    """

    __slots__ = ("__weakref__", "_last", "_still")

    def __init__(self) -> None:
        self._last = monotonic()
        self._still = 0.0
        _beat(ref(self))

    @property
    def still(self) -> float:
        """Seconds until now, those since the last beat included if one is overdue."""
        silence = monotonic() - self._last
        return self._still + (silence if silence >= 2 * BEAT else 0.0)

    def beat(self) -> None:
        """Count the time since the last beat if it was too long."""
        self._still = self.still
        self._last = monotonic()


_pulses: WeakValueDictionary[asyncio.AbstractEventLoop, Pulse] = WeakValueDictionary()


def pulse() -> Pulse:
    """Return the one of the running loop."""
    loop = asyncio.get_running_loop()
    found = _pulses.get(loop)
    if found is None:
        found = _pulses[loop] = Pulse()
    return found


def _beat(beating: ref[Pulse]) -> None:
    """Beat, and again after a while, unless nobody holds the pulse any more."""
    one = beating()
    if one is not None:
        one.beat()
        asyncio.get_running_loop().call_later(BEAT, _beat, beating)


def _exceeds(content: str | bytes, limit: int) -> bool:
    """Compare without encoding where the number of characters decides."""
    if len(content) > limit:
        return True
    if isinstance(content, bytes) or content.isascii() or len(content) * 4 <= limit:
        return False
    return len(content.encode("utf-8", "surrogatepass")) > limit
