"""The bound on a handler's last event: a first step by hand, or `asyncio.timeout`.

What is measured is the policy's close of a connection whose server takes the event at
once, as nearly every one does.

    python benchmarks/farewell.py
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from ratios import Bar, alternate, report, timed

from wslab.websocket import policy

FAREWELLS = 20_000
ROUNDS = 15

Bounded = Callable[[Coroutine[Any, Any, None]], Awaitable[None]]


async def farewell() -> None:
    """Stand for `Connection.close`: it does not wait."""


async def with_timeout(coroutine: Coroutine[Any, Any, None]) -> None:
    """Bound it as asyncio would."""
    async with asyncio.timeout(policy.FAREWELL):
        await coroutine


async def many(bounded: Bounded) -> None:
    """Say so many farewells."""
    for _ in range(FAREWELLS):
        await bounded(farewell())


def main() -> None:
    """Measure and print."""
    ways = {"asyncio.timeout": with_timeout, "a first step": policy.bounded}
    with asyncio.Runner() as runner:
        runs = {
            name: timed(lambda way=way: runner.run(many(way)))
            for name, way in ways.items()
        }
        figures = alternate(runs, ROUNDS)
    bar = Bar("a first step", "asyncio.timeout", 0.25)
    scale = 1e6 / FAREWELLS
    report("The bound on one farewell", figures, bar.base, "us", scale, [bar])


if __name__ == "__main__":
    main()
