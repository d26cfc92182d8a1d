"""`wslab atlas check`: a server of the user's against the specifications."""

from __future__ import annotations

import argparse
import asyncio

from wslab.atlas.check.check import check
from wslab.atlas.check.given import GivenServer
from wslab.atlas.check.result import Result, Summary, read_expected
from wslab.atlas.scenarios import SCENARIOS
from wslab.cli.atlas.names import named
from wslab.cli.atlas.progress import Progress
from wslab.kernel.interrupt import cancelled_by_sigterm


def run(options: argparse.Namespace) -> int:
    """Check the given server, and return the exit status."""
    server = GivenServer(tuple(options.command_words))
    chosen = named(options.scenario, SCENARIOS, "scenario")
    scenarios = [SCENARIOS[name] for name in chosen if SCENARIOS[name].rule]
    expected = read_expected(options.expect, SCENARIOS) if options.expect else None

    async def collect() -> list[Result]:
        results = []
        with cancelled_by_sigterm():
            async for result in check(server, scenarios):
                results.append(result)
                progress.step(f"{server.name}, {result.scenario.name}")
        return results

    with Progress(len(scenarios)) as progress:
        results = asyncio.run(collect())
    results.sort(key=lambda result: chosen.index(result.scenario.name))
    summary = Summary(results, expected)
    if options.junit:
        options.junit.write_text(summary.junit(server.name), encoding="utf-8")
    print(summary.text())
    return 0 if summary.passes else 1
