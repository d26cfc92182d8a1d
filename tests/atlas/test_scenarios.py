"""Every scenario has the one shape, so that a page, a test and a check can use it."""

import inspect
import re

import pytest

from wslab.atlas.acts import Connect
from wslab.atlas.scenario import Rule, Scenarios
from wslab.atlas.scenarios import SCENARIOS

SECTION = re.compile(
    r"RFC (6455|7692|8441|9110|9112|6454|3629), section [\d.]+|ASGI, .+"
)


def test_there_are_as_many_as_the_atlas_promises():
    assert len(SCENARIOS) >= 150


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_asks_one_question(name):
    scenario = SCENARIOS[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert scenario.name == name
    assert scenario.asks.endswith("?")
    assert scenario.asks[0].isupper()
    assert len(scenario.asks) <= 160
    assert isinstance(scenario.client[0], Connect)


@pytest.mark.parametrize("name", [n for n, s in SCENARIOS.items() if s.source])
def test_a_section_is_cited_by_document_and_number_or_heading(name):
    assert SECTION.fullmatch(SCENARIOS[name].source), SCENARIOS[name].source


@pytest.mark.parametrize("name", [n for n, s in SCENARIOS.items() if s.rule])
def test_a_rule_can_fail(name):
    rule = SCENARIOS[name].rule
    assert rule is not None
    assert rule.client or rule.application or rule.never


def test_an_application_can_be_copied():
    for scenario in SCENARIOS.values():
        assert inspect.getsource(scenario.app).strip()


async def _app(scope, receive, send):
    """Nothing."""


def test_a_name_is_the_functions_with_dashes_and_the_group_its_modules():
    scenarios = Scenarios()

    async def handler_returns(scope, receive, send):
        """Nothing."""

    scenarios.add("What?", [Connect()])(handler_returns)
    assert scenarios["handler-returns"].group == __name__.rpartition(".")[2]


def test_two_scenarios_of_one_name_are_refused():
    scenarios = Scenarios()
    scenarios.add("What?", [Connect()], name="a")(_app)
    with pytest.raises(ValueError, match="two scenarios are called a"):
        scenarios.add("What?", [Connect()], name="a")(_app)


@pytest.mark.parametrize(
    "arguments",
    [
        {"word": "MUST"},
        {"word": "MUST", "rule": Rule(client=("FIN",))},
        {"rule": Rule(client=("FIN",))},
        {"word": "MUST", "source": "RFC 6455, section 7"},
    ],
)
def test_a_word_a_section_and_a_rule_go_together(arguments):
    with pytest.raises(ValueError, match="go together"):
        Scenarios().add("What?", [Connect()], name="a", **arguments)(_app)
