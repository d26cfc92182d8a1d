"""What a check says of a departure: enough for who has never seen a scenario."""

from wslab.atlas.acts import Connect
from wslab.atlas.cell import Outcome
from wslab.atlas.check.result import Result, Summary
from wslab.atlas.scenario import VERSION, Rule, Scenario, since
from wslab.trace.trace import Trace

RULE = Rule(
    client=("close 3000 'bye'", "FIN|reset"),
    never=("close 1006*",),
    given=since(3),
)


async def app(scope, receive, send):
    """Nothing."""


def result(*client, word="MUST", version="2.3"):
    scenario = Scenario(
        "a", "group", "What?", app, (Connect(),), "ASGI, Close", word, RULE, (VERSION,)
    )
    application = (f"spec_version: '{version}'", "sends close 3000 'bye'")
    return Result(scenario, Outcome(client, application, Trace(())))


def test_what_was_seen_and_each_thing_that_is_demanded_is_told():
    told = result("close 1006", "FIN").told().splitlines()
    assert told == [
        "What?",
        "ASGI, Close says: MUST",
        "the client saw    close 1006; FIN",
        "the application   spec_version: '2.3'; sends close 3000 'bye'",
        "given a line      of the application's: spec_version: '2.3'",
        "demanded a line   of the client's: close 3000 'bye' (THERE IS NONE)",
        "demanded a line   of the client's: FIN or reset (there is one)",
        "demanded no line  of either's: close 1006* (THERE IS close 1006)",
    ]


def test_nothing_is_demanded_of_a_server_that_does_not_promise_it():
    assert result("close 1006", version="2.3").departs
    assert not result("close 1006", version="2.2").departs
    assert not result("close 1006", version="2.0").departs


def test_a_departure_from_a_definition_fails_and_is_counted_by_itself():
    summary = Summary([result("FIN", word=""), result("FIN", word="SHOULD")])
    assert [it.scenario.word for it in summary.unexpected] == [""]
    assert "ASGI, Close defines it" in summary.text()
    assert summary.text().endswith(
        "2 scenarios: 0 as the section says, 0 depart from a MUST, "
        "1 from a definition, 1 from a SHOULD"
    )
