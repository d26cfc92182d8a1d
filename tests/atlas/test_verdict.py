"""Whether an outcome is what a section demands."""

import pytest

from wslab.atlas.acts import Connect, Terminate
from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.scenario import Options, Rule, Scenario
from wslab.atlas.verdict import cell_conforms, conforms
from wslab.trace.trace import Trace

OFFERED = Rule(client=("HTTP 401",), given=("extensions: *'denial'*",))


async def app(scope, receive, send):
    """Nothing."""


def scenario(rule=None, **more):
    return Scenario("a", "group", "What?", app, (Connect(),), rule=rule, **more)


def outcome(client, application):
    return Outcome((client,), (application,), Trace(()))


@pytest.mark.parametrize(
    ("client", "application", "verdict"),
    [
        ("HTTP 401", "extensions: {'denial': {}}", True),
        ("HTTP 403", "extensions: {'denial': {}}", False),
        ("HTTP 403", "extensions: {}", None),
    ],
)
def test_nothing_is_demanded_of_a_server_that_does_not_offer_it(
    client, application, verdict
):
    seen = outcome(client, application)
    assert conforms(scenario(OFFERED), seen) is verdict
    cell = Cell((seen,), {}, "3.11.9", "2026-01-01", "Linux")
    assert cell_conforms(scenario(OFFERED), cell) is verdict


def test_a_process_of_its_own_is_for_the_server_that_a_scenario_ends():
    assert not scenario().needs_own_process("uvicorn")
    fatal = scenario(fatal="granian|anycorn")
    assert fatal.needs_own_process("granian")
    assert not fatal.needs_own_process("uvicorn")
    assert scenario(fatal="*").needs_own_process("uvicorn")
    assert scenario(spoils="uvicorn*").needs_own_process("uvicorn-wsproto")
    assert scenario(options=Options(limit=1)).needs_own_process("uvicorn")
    ended = Scenario("a", "group", "What?", app, (Connect(), Terminate()))
    assert ended.needs_own_process("uvicorn")
