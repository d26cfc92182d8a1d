"""JSON that no view could send on is the client's fault: 1007."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab import Application
from wslab.websocket.json import dumps, loads

SURROGATE = "\\ud800"


@pytest.fixture
def echo():
    """An application that sends back the JSON that it receives."""
    app = Application()

    @app.websocket_route("/", value_type="json")
    async def echo(ws):
        async for value in ws:
            await ws.send(value)

    return app


@pytest.mark.parametrize(
    "sent",
    [
        "1e999",
        '{"a":[-1e999]}',
        "Infinity",
        f'"{SURROGATE}"',
        '"\\uDC00\\uD83D"',
        f'{{"{SURROGATE}":1}}',
        "9" * 5000,
        "[" * 100_000 + "]" * 100_000,
        "\ufeff1",
    ],
)
async def test_a_value_that_cannot_be_sent_on_is_refused_with_1007(serving, echo, sent):
    """Beyond a float or an int, a lone surrogate, too deep: never a 1011."""
    server = await serving(echo)
    async with server.client("/") as client:
        await client.send(sent)
        expected = server.close(1007, "the message is not JSON")
        assert await client.ended() == expected
    assert server.raised == []


@pytest.mark.parametrize(
    "sent",
    ["1e308", "1e-999", "-0.0", '"\\ud83d\\ude00"', '"\\\\ud800"', "9" * 4300],
)
async def test_a_value_at_the_edge_passes(serving, echo, sent):
    server = await serving(echo)
    async with server.client("/") as client:
        await client.send(sent)
        assert json.loads(await client.receive()) == json.loads(sent)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(text=st.text('\\ud8cDf0"[]{},:1e9.-', max_size=20) | JSON.map(json.dumps))
def test_what_is_read_can_be_written(text):
    """Whatever the text, it is refused or comes back as the same value."""
    try:
        value = loads(text)
    except ValueError:
        return
    written = dumps(value)
    assert loads(written) == value
    assert written.isascii()
