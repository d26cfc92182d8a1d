"""Measuring real servers: what is recorded, what hangs, what fails, what is left."""

from dataclasses import replace

import psutil
import pytest

from wslab.atlas.columns import column
from wslab.atlas.measure.column import NO_OPTION, ServerColumn
from wslab.atlas.measure.queue import measure
from wslab.atlas.scenario import Options
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.process import ServerFailed
from wslab.atlas.servers.table import SERVERS
from wslab.trace.model import ApplicationEvent, Head, TcpEnd

UVICORN = SERVERS["uvicorn"]


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


async def cells(server, *names, repeats=2):
    columns = [ServerColumn(server)]
    chosen = [SCENARIOS[name] for name in names]
    found = measure(columns, chosen, repeats=repeats)
    return {one.scenario: one.cell async for one in found}


async def test_a_cell_has_both_views_and_the_recording():
    found = await cells(UVICORN, "handler-returns", "close-before-accept")
    cell = found["handler-returns"]
    (outcome,) = cell.outcomes
    assert outcome.count == 2
    assert outcome.client == ("HTTP 101", "FIN")
    assert outcome.application == ("receives connect", "sends accept", "returns")
    assert cell.versions["uvicorn"]
    assert cell.python
    connection = outcome.trace.connection
    assert connection.close_code == 1006
    request, response = of(Head, connection.events)
    assert (request.sender, response.status) == ("client", 101)
    assert request.get("x-run") is None
    assert response.get("date") == "(now)"
    assert of(ApplicationEvent, connection.events)[-1].type == "returned"
    assert of(TcpEnd, connection.events)[0] == TcpEnd("server", "FIN")
    assert found["close-before-accept"].usual.client == ("HTTP 403", "FIN")


async def test_over_http2_a_cell_has_the_same_acts_in_the_words_of_a_stream():
    names = ("text", "close-before-accept", "client-resets")
    chosen = [SCENARIOS[name] for name in names]
    found = measure([column("hypercorn-http2")], chosen, repeats=2)
    seen = {one.scenario: one.cell.usual async for one in found}
    outcome = seen["text"]
    assert outcome.client[0] == "HTTP 200"
    assert outcome.client[-2:] == ("close 1000", "END_STREAM")
    assert "receives 'gr\u00fc\u00df dich \U0001f44b'" in outcome.application
    ladder = outcome.trace.text
    assert "CONNECT /" in ladder
    assert "END_STREAM" in ladder
    assert "FIN" not in ladder
    assert seen["close-before-accept"].client == ("HTTP 403", "END_STREAM")
    assert "receives disconnect 1006" in seen["client-resets"].application
    ends = of(TcpEnd, seen["client-resets"].trace.connection.events)
    assert ends == [TcpEnd("client", "RST_STREAM CANCEL")]


async def test_a_server_that_is_ended_by_a_scenario_gets_a_process_for_each_run():
    (cell,) = (await cells(UVICORN, "sigterm-idle")).values()
    (outcome,) = cell.outcomes
    assert outcome.count == 2
    assert "close 1012" in outcome.client
    assert outcome.client[-1] == "the server ends"
    assert outcome.application[-2:] == ("returns", "receives lifespan.shutdown")


async def test_a_call_that_ends_with_its_process_is_cut_off():
    (cell,) = (await cells(SERVERS["daphne"], "sigterm-idle")).values()
    assert cell.usual.application[-1] == "is cut off in receive()"


async def test_a_scope_is_shown_as_python_writes_it_and_what_an_application_returns():
    found = await cells(UVICORN, "path-blank", "scope-addresses", "scope-type")
    path = found["path-blank"].usual.application
    assert path[:2] == ("path: '/a b'", "raw_path: b'/a%20b'")
    addresses = found["scope-addresses"].usual.application
    assert addresses[0] == "client: ['127.0.0.1', PORT]"
    assert "notes a dict: dict" in found["scope-type"].usual.application


async def test_a_server_that_an_application_ends_is_said_to_end():
    hypercorn, uvicorn = SERVERS["hypercorn"], UVICORN
    ended = (await cells(hypercorn, "handler-exits", repeats=1))["handler-exits"]
    assert ended.usual.application[-2:] == ("raises SystemExit: 1", "the server ends")
    lives = (await cells(uvicorn, "handler-exits", repeats=1))["handler-exits"]
    assert lives.usual.application[-1] == "raises SystemExit: 1"


async def test_an_earlier_client_acts_and_each_has_the_ladder_of_its_own_call():
    (cell,) = (await cells(UVICORN, "limit-after-close")).values()
    (outcome,) = cell.outcomes
    first, _, refused, served = outcome.trace.connections
    assert [it.close_code for it in (first, served)] == [1000, None]
    assert [it.type for it in of(ApplicationEvent, first.events)][:2] == [
        "websocket.connect",
        "websocket.accept",
    ]
    assert of(Head, refused.events)[1].status == 503
    assert of(ApplicationEvent, refused.events) == []
    assert of(Head, served.events)[1].status == 200
    assert of(ApplicationEvent, served.events)[-1].type == "returned"


async def test_a_server_can_listen_on_a_unix_socket():
    (cell,) = (await cells(UVICORN, "promised-unix-socket")).values()
    notes = "notes server: its path, None; client: None"
    assert notes in cell.usual.application


async def test_a_server_without_an_option_is_said_to_have_none():
    scenario = replace(SCENARIOS["handler-returns"], options=Options(limit=1))
    hypercorn = ServerColumn(SERVERS["hypercorn"])
    found = [it async for it in measure([hypercorn], [scenario], repeats=1)]
    assert [it.cell.without for it in found] == [NO_OPTION]
    assert found[0].cell.outcomes == ()


async def test_a_server_that_does_not_start_says_what_it_printed():
    broken = replace(UVICORN, module="no_such_server")
    with pytest.raises(ExceptionGroup) as caught:
        await cells(broken, "handler-returns", repeats=1)
    failed, others = caught.value.split(ServerFailed)
    assert others is None
    assert "No module named no_such_server" in str(flat(failed)[0])


async def test_who_stops_early_leaves_no_server():
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    chosen = [SCENARIOS["handler-returns"], SCENARIOS["sigterm-idle"]]
    found = measure([ServerColumn(UVICORN)], chosen, repeats=3)
    async for _ in found:
        break
    await found.aclose()
    children = psutil.Process().children(recursive=True)
    assert {process.pid for process in children} == before


def flat(group):
    found = []
    for it in group.exceptions:
        found += flat(it) if isinstance(it, ExceptionGroup) else [it]
    return found
