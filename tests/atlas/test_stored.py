"""The stored atlas is still true: some columns are measured again and compared.

They are uvicorn's three and the library's two. A cell that differs is measured once
more by itself, on a machine that is then less busy, before the test fails with what
changed in words. Where a version is not that of the data there is nothing to compare:
`wslab atlas run` is for that.
"""

import platform

import pytest

from wslab.atlas import store
from wslab.atlas.columns import COLUMNS, column
from wslab.atlas.diff import changes
from wslab.atlas.measure.queue import measure
from wslab.atlas.scenarios import SCENARIOS

MEASURED_IN_CI = (
    "uvicorn",
    "uvicorn-wsproto",
    "uvicorn-websockets",
    "wslab",
    "wslab-testing",
)


def test_what_is_stored_is_every_scenario_of_every_column_that_it_concerns():
    assert store.names() == sorted(SCENARIOS)
    for name, scenario in SCENARIOS.items():
        concerned = {it.name for it in COLUMNS.values() if it.concerns(scenario)}
        assert store.load(name).keys() == concerned, name


def is_current(name, scenario):
    """Whether the stored cell is of these versions, and of such a machine."""
    cell = store.load(scenario)[name]
    same_system = cell.machine.startswith(platform.system())
    return same_system and cell.versions == column(name).versions()


async def differing(name, scenarios, repeats):
    found = measure([column(name)], scenarios, repeats=repeats)
    return [
        change
        async for one in found
        for change in changes(one.scenario, store.load(one.scenario), {name: one.cell})
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", MEASURED_IN_CI)
async def test_a_column_is_what_was_stored(name):
    measured = column(name)
    current = [
        scenario
        for scenario in SCENARIOS.values()
        if measured.concerns(scenario) and is_current(name, scenario.name)
    ]
    if not current:
        pytest.skip(f"the data are of other versions, or of another system: {name}")
    suspects = [SCENARIOS[it.scenario] for it in await differing(name, current, 2)]
    remaining = [str(it) for one in suspects for it in await differing(name, [one], 5)]
    assert not remaining, "\n".join(["", *remaining])
