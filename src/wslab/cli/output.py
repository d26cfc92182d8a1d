"""Standard output, where programs read it."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def reserved_output() -> TextIO:
    """Return standard output; what others print from now on goes to standard error."""
    sys.stdout.flush()
    reserved = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return reserved


def abandon(stream: TextIO) -> None:
    """Let a stream that nobody reads go nowhere: it is flushed once more at the end."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
