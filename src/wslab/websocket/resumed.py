"""Awaiting a coroutine that has made its first step already."""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any


@types.coroutine
def resumed(
    coroutine: Coroutine[Any, Any, None], awaited: Any
) -> Generator[Any, Any, None]:
    """Await a coroutine that has been stepped, and that awaits `awaited`.

    Nobody has waited for what it yielded, so this yields it once more and passes on
    what comes back, a cancellation included: a `yield from` that joins late.
    """
    while True:
        step: Callable[[Any], Any] = coroutine.send
        try:
            argument = yield awaited
        except BaseException as error:
            step, argument = coroutine.throw, error
        try:
            awaited = step(argument)
        except StopIteration:
            return
