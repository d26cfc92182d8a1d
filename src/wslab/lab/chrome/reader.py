"""The browser of whoever reads the notebook, where it is what runs the cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Reader(Protocol):
    """A page with cells in it, which can have scripts beside them."""

    async def run(self, script: str, at: str, variables: Mapping[str, Any]) -> None:
        """Run a script in an empty page, and wait until it has ended.

        Args:
            script: the body of an asynchronous function.
            at: an address of the origin that the page has.
            variables: plain data, seen by the script under their names.
        """


_reader: Reader | None = None


def register_reader(reader: Reader) -> None:
    """Have scripts run in the reader's browser, too, from now on."""
    global _reader
    _reader = reader


async def run_at_the_readers(
    script: str, at: str, variables: Mapping[str, Any]
) -> None:
    """Run a script as `Reader.run` does; in a kernel there is no such browser."""
    if _reader is not None:
        await _reader.run(script, at, variables)
