"""Ratios of alternating runs: what two programs cost compared with each other.

The machine's speed drifts, so each round runs every contender once, in an order that
turns from round to round, and what is reported is the median over the rounds of the
ratio within one round.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Run = Callable[[], float]


@dataclass(frozen=True)
class Bar:
    """A figure to reach: a contender's ratio to a base, at most or at least a limit."""

    name: str
    base: str
    limit: float
    at_least: bool = False

    def met(self, ratio: float) -> bool:
        """Tell whether the ratio is on the right side of the limit."""
        return ratio >= self.limit if self.at_least else ratio <= self.limit


def timed(work: Callable[[], object]) -> Run:
    """Make a run of work: it returns the seconds of processor time that it took.

    Processor time, since what else runs on the machine must not count.
    """

    def run() -> float:
        gc.collect()
        begin = time.process_time()
        work()
        return time.process_time() - begin

    return run


def alternate(runs: Mapping[str, Run], rounds: int) -> dict[str, list[float]]:
    """Run every contender once a round, after one round that does not count."""
    names = list(runs)
    figures: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            figure = runs[name]()
            if number:
                figures[name].append(figure)
    return figures


def ratio(figures: Mapping[str, list[float]], name: str, base: str) -> float:
    """Return the median of a contender's ratio to a base within one round."""
    pairs = zip(figures[name], figures[base], strict=True)
    return median(one / other for one, other in pairs)


def report(
    title: str,
    figures: Mapping[str, list[float]],
    base: str,
    unit: str,
    scale: float,
    bars: list[Bar],
) -> None:
    """Print a table: medians, ratios to the base, and whether the bars are met."""
    print(f"\n{title}")
    print(f"  {'':28}{unit:>10}  of {base}")
    for name, values in figures.items():
        print(
            f"  {name:28}{median(values) * scale:10.3f}"
            f"  {ratio(figures, name, base):.2f}"
        )
    for bar in bars:
        value = ratio(figures, bar.name, bar.base)
        verdict(f"{bar.name} of {bar.base}", value, bar)


def verdict(what: str, value: float, bar: Bar) -> None:
    """Print one figure beside its bar."""
    sign = "at least" if bar.at_least else "at most"
    word = "met" if bar.met(value) else "MISSED"
    print(f"  {word}: {what}: {value:.2f} ({sign} {bar.limit:g})")
