"""The scripts that cells give to `wslab.lab.browser`: the page runs them, too."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from contextvars import Context
from itertools import count
from typing import Any

from wslab.lab.chrome.browser import TIMEOUT
from wslab.live.document import module_of
from wslab.live.page.cells import EXECUTION
from wslab.live.page.clients import Tell


class Scripts:
    """The scripts by name; a `Reader`, which JavaScript tells of their ends."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._numbers = count(1)
        self._ends: dict[str, asyncio.Event] = {}

    async def run(self, script: str, at: str, variables: Mapping[str, Any]) -> None:
        """Have the page run a script below the running cell, and wait for its end.

        The wait has an end where there is none, as in a kernel.
        """
        execution = EXECUTION.get()
        if execution is None:
            return
        name = str(next(self._numbers))
        end = self._ends[name] = asyncio.Event()
        to = {"run": execution.run, "cell": execution.cell, "url": at}
        source = module_of(script, variables)
        self._tell(type="script", script=name, **to, source=source)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(end.wait(), TIMEOUT)
        finally:
            del self._ends[name]

    def end(self, script: str) -> None:
        """Let the cell go on that waits for a script."""
        if (found := self._ends.get(script)) is not None:
            Context().run(found.set)
