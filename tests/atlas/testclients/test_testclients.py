"""Test clients as columns: what each shows of an application, in real runs."""

import psutil
import pytest

from wslab.atlas.measure.queue import measure
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.testclients.column import InMemoryColumn
from wslab.atlas.testclients.table import TESTCLIENTS


async def cells(client, *names):
    columns = [InMemoryColumn(TESTCLIENTS[client])]
    chosen = [SCENARIOS[name] for name in names]
    found = measure(columns, chosen, repeats=2)
    return {one.scenario: one.cell async for one in found}


@pytest.mark.parametrize("client", TESTCLIENTS)
async def test_both_views_have_the_lines_of_a_server(client):
    found = await cells(client, "close-with-reason", "subprotocol")
    (outcome,) = found["close-with-reason"].outcomes
    assert outcome.count == 2
    assert outcome.client == ("HTTP 101", "close 4001 'bye'")
    assert outcome.application[1:] == (
        "receives connect",
        "sends accept",
        "sends close 4001 'bye'",
        "returns",
    )
    events = outcome.trace.connection.application
    assert [event.type for event in events][-1] == "returned"
    client_view = found["subprotocol"].usual.client
    assert client_view[:2] == ("HTTP 101", "sec-websocket-protocol: chat")
    versions = found["close-with-reason"].versions
    assert list(versions) == list(TESTCLIENTS[client].packages)
    assert all(versions.values())


@pytest.mark.parametrize(
    ("client", "closed", "denied", "raised", "empty"),
    [
        (
            "starlette-testclient",
            ("close 1000",),
            ("HTTP 404",),
            ("raises RuntimeError",),
            ("HTTP 101", "text ''", "close 1000"),
        ),
        (
            "httpx-ws",
            ("raises ExceptionGroup of KeyError",),
            ("raises ExceptionGroup of KeyError",),
            ("close 1011 'no'",),
            (
                "HTTP 101",
                "text ''",
                "raises ExceptionGroup of ExceptionGroup of KeyError",
            ),
        ),
        (
            "channels-communicator",
            ("close 1000",),
            ("close 1000",),
            ("raises RuntimeError",),
            ("HTTP 101", "raises AssertionError"),
        ),
        (
            "wslab-testing",
            ("HTTP 403",),
            ("HTTP 404",),
            ("raises RuntimeError",),
            ("HTTP 101", "text ''", "close 1000"),
        ),
    ],
)
async def test_each_shows_the_same_application_in_its_own_way(
    client, closed, denied, raised, empty
):
    found = await cells(
        client,
        "close-before-accept",
        "denial-404",
        "raise-before-accept",
        "empty-text",
    )
    seen = {name: cell.usual.client for name, cell in found.items()}
    assert seen == {
        "close-before-accept": closed,
        "denial-404": denied,
        "raise-before-accept": raised,
        "empty-text": empty,
    }
    assert not any(cell.varies for cell in found.values())


async def test_a_call_that_blocks_forever_is_a_finding():
    """The test client's thread hangs, its process is killed, and the next run works."""
    found = await cells("starlette-testclient", "handler-returns", "close-with-reason")
    hang = found["handler-returns"].usual
    assert hang.client == ("HTTP 101", "open after 5 s")
    assert hang.application[-1] == "returns"
    assert found["close-with-reason"].usual.client[-1] == "close 4001 'bye'"


@pytest.mark.parametrize(
    ("client", "scenario", "why"),
    [
        ("starlette-testclient", "sigterm-idle", "has no process to end"),
        ("httpx-ws", "client-resets", "cannot vanish"),
    ],
)
async def test_what_cannot_be_expressed_is_said(client, scenario, why):
    (cell,) = (await cells(client, scenario)).values()
    assert cell.without == why
    assert cell.outcomes == ()


async def test_a_client_that_can_vanish_does():
    (cell,) = (await cells("wslab-testing", "client-resets")).values()
    assert "receives disconnect 1006" in cell.usual.application


@pytest.mark.parametrize("client", ["channels-communicator", "httpx-ws"])
async def test_an_application_that_ends_the_process_ends_the_test(client):
    found = await cells(client, "handler-exits", "close-with-reason")
    assert found["handler-exits"].usual.client == ("raises SystemExit",)
    assert "raises SystemExit: 1" in found["handler-exits"].usual.application
    assert found["close-with-reason"].usual.client[-1] == "close 4001 'bye'"


@pytest.mark.parametrize(
    ("scenario", "line"),
    [
        ("close-with-str", "close '1000'"),
        ("close-with-65536", "close 65536"),
        ("close-with-reason-as-bytes", "close 4001 b'bye'"),
        ("sends-a-surrogate", r"text 'a\ud800b'"),
    ],
)
async def test_what_no_server_would_send_is_shown_as_the_test_client_has_it(
    scenario, line
):
    (cell,) = (await cells("starlette-testclient", scenario)).values()
    assert line in cell.usual.client


async def test_a_key_that_is_random_leaves_no_trace():
    (cell,) = (await cells("httpx-ws", "accept")).values()
    assert not cell.varies


async def test_what_is_left_shows_no_path_and_no_address():
    """A cancellation by anyio has both in its text."""
    (cell,) = (await cells("starlette-testclient", "receive-after-close")).values()
    (outcome,) = cell.outcomes
    assert outcome.application[-1] == "raises CancelledError"


async def test_who_stops_early_leaves_no_process():
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    columns = [InMemoryColumn(TESTCLIENTS["starlette-testclient"])]
    chosen = [
        SCENARIOS["close-with-reason"],
        SCENARIOS["handler-returns"],
    ]
    found = measure(columns, chosen, repeats=2)
    async for _ in found:
        break
    await found.aclose()
    children = psutil.Process().children(recursive=True)
    assert {process.pid for process in children} == before


async def test_an_earlier_client_of_a_test_can_act():
    found = await cells("channels-communicator", "room-with-one-that-has-closed")
    (outcome,) = found["room-with-one-that-has-closed"].outcomes
    first, second = outcome.trace.connections
    closed = [event.code for event in first.application]
    assert 1000 in closed
    assert outcome.client[-2:] == ("text 'news'", "close 1000")
    assert second.application[-1].type == "returned"
