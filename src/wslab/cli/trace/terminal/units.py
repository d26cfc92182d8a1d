"""Numbers with their units, in few characters."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Return seconds as "12 ms", "3.4 s", "5:06 min" or "7:08 h"."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02} min"
    return f"{minutes // 60}:{minutes % 60:02} h"


def size(count: int) -> str:
    """Return a number of bytes as "12 B", "3.4 KiB" or "5.6 MiB"."""
    if count < 1024:
        return f"{count} B"
    amount, unit = count / 1024, "KiB"
    for larger in ("MiB", "GiB"):
        if amount >= 1024:
            amount, unit = amount / 1024, larger
    return f"{amount:.1f} {unit}"
