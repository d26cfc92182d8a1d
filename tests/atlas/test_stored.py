"""The stored atlas is still true: uvicorn's columns are measured again and compared.

A cell that differs is measured once more by itself, on a machine that is then less
busy, before the test fails with what changed in words. Where a version is not that of
the data there is nothing to compare: `wslab atlas run` is for that.
"""

import pytest

from wslab.atlas import store
from wslab.atlas.diff import changes
from wslab.atlas.measure.column import ServerColumn
from wslab.atlas.measure.queue import measure
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.table import SERVERS

MEASURED_IN_CI = ("uvicorn", "uvicorn-wsproto", "uvicorn-websockets")


def test_every_scenario_is_stored_for_every_server_and_no_other():
    assert store.names() == sorted(SCENARIOS)
    for name in SCENARIOS:
        assert set(SERVERS) <= set(store.load(name)), name


def is_current(name, scenario):
    """Whether what is installed is what the stored cell was measured on."""
    return store.load(scenario)[name].versions == SERVERS[name].versions()


async def differing(column, names, repeats):
    chosen = [SCENARIOS[name] for name in names]
    found = measure([ServerColumn(SERVERS[column])], chosen, repeats=repeats)
    return [
        change
        async for one in found
        for change in changes(
            one.scenario, store.load(one.scenario), {column: one.cell}
        )
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("column", MEASURED_IN_CI)
async def test_a_column_is_what_was_stored(column):
    current = [name for name in SCENARIOS if is_current(column, name)]
    if not current:
        pytest.skip(f"the data are of other versions than {SERVERS[column].versions()}")
    suspects = [change.scenario for change in await differing(column, current, 2)]
    remaining = [
        str(it) for name in suspects for it in await differing(column, [name], 5)
    ]
    assert not remaining, "\n".join(["", *remaining])
