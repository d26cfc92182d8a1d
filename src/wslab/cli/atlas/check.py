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
    checked = [name for name, scenario in SCENARIOS.items() if scenario.rule]
    chosen = named(options.scenario, checked, "scenario that a section decides")
    scenarios = [SCENARIOS[name] for name in chosen]
    expected = read_expected(options.expect, checked) if options.expect else None

    async def collect() -> list[Result]:
        results = []
        with cancelled_by_sigterm():
            async for result in check(server, scenarios):
                results.append(result)
                progress.step(f"{server.name}, {result.scenario.name}")
        return results

    with Progress(len(scenarios), "scenarios") as progress:
        results = asyncio.run(collect())
    results.sort(key=lambda result: chosen.index(result.scenario.name))
    summary = Summary(results, expected)
    print(summary.text())
    if options.junit:
        report = summary.junit(server.name, progress.took)
        options.junit.write_text(report, encoding="utf-8")
    return 0 if summary.passes else 1
