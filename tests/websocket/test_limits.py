"""`max_rate`: who keeps to it is never sent away, who floods is."""

from __future__ import annotations

import asyncio

import pytest

from wslab import Application
from wslab.websocket.inbox import MAX_MESSAGES
from wslab.websocket.limits import Limits


class Clock:
    """The time that meters see; a test moves it."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """Put the clock into the test's hands."""
    clock = Clock()
    monkeypatch.setattr("wslab.websocket.limits.monotonic", clock)
    return clock


def message(content):
    return {"type": "websocket.receive", "text": content}


def meter(rate):
    return Limits(max_rate=rate).meter(Limits())


async def spoken(peer, clock, words, rate):
    """Have the client say the words at this rate, while the loop turns."""
    for word in words:
        clock.now += 1 / rate
        peer.events.put_nowait(message(word))
        for _ in range(4):
            await asyncio.sleep(0)


async def test_a_busy_handler_costs_no_client_that_keeps_to_the_rate(new_peer, clock):
    """What waited for room to be read arrives at once, and all of it is received."""
    peer = new_peer()
    connection = await peer.open(meter(5))
    words = [str(number) for number in range(MAX_MESSAGES * 10)]
    await spoken(peer, clock, words, 5)
    assert peer.taken == 1 + MAX_MESSAGES  # the handler is busy
    assert [await connection.receive() for _ in words] == words
    await spoken(peer, clock, words[:5], 5)
    assert [await connection.receive() for _ in range(5)] == words[:5]
    assert connection.code is None
    await connection.release()


async def test_a_handler_that_blocks_between_two_messages_costs_nobody(new_peer, clock):
    """Nobody read while it computed."""
    peer = new_peer(message("first"))
    connection = await peer.open(meter(5))
    assert await connection.receive() == "first"
    clock.now += 60
    for _ in range(300):
        peer.events.put_nowait(message("x"))
    assert [await connection.receive() for _ in range(300)] == ["x"] * 300
    await connection.release()


async def test_a_flood_is_sent_away_while_the_handler_is_busy(new_peer, clock):
    """What came within the rate is received first; the rest has not been read."""
    peer = new_peer(*[message("x")] * 1000)
    connection = await peer.open(meter(5))
    assert await connection.closed == 1008
    assert peer.taken == 1 + 6
    assert [await connection.receive() for _ in range(6)] == ["x"] * 5 + [None]
    assert peer.sent[-1]["code"] == 1008
    await connection.release()


async def test_a_flood_behind_a_pause_is_sent_away(new_peer, clock):
    """A pause lets its own time's worth in, and no more."""
    peer = new_peer(message("first"))
    connection = await peer.open(meter(5))
    await connection.receive()
    clock.now += 2
    for _ in range(1000):
        peer.events.put_nowait(message("x"))
    received = 0
    while await connection.receive() is not None:
        received += 1
    assert received == 4 + 2 * 5
    assert connection.code == 1008
    await connection.release()


def test_a_pause_long_ago_allows_no_burst(clock):
    """The allowance goes as reading goes on."""
    bucket = meter(5)
    clock.now += 60
    bucket.resume()
    clock.now += 60
    assert bucket.excess("x") is None
    bucket.resume()
    clock.now += 1
    assert [bucket.excess("x") is None for _ in range(6)] == [True] * 5 + [False]


async def test_a_client_within_the_rate_outlasts_a_busy_handler(serving, record):
    """On every server, beyond what is read ahead."""
    app = Application(max_rate=200)
    go = asyncio.Event()
    words = [str(number) for number in range(150)]

    @app.websocket_route("/")
    async def view(ws):
        await ws.send("ready")
        await go.wait()
        for _ in words:
            record.append(await ws.receive())

    server = await serving(app)
    async with server.client("/") as client:
        assert await client.receive() == "ready"
        for number, word in enumerate(words):
            await client.send(word)
            if number == MAX_MESSAGES + 10:
                go.set()
        assert await client.ended() == (1000, "")
    assert record == words
