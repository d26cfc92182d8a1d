"""`max_rate`: who keeps to it is never sent away, who floods is."""

from __future__ import annotations

import asyncio
import threading
from weakref import ref

import pytest

from wslab import Application
from wslab.websocket.inbox import MAX_MESSAGES
from wslab.websocket.limits import BEAT, Limits, pulse

WAIT = 30.0  # seconds, the bound of every wait


class Clock:
    """The time that meters and the loop see; a test moves it."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    async def pass_by(self, seconds):
        """Let the loop turn all the while."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + BEAT / 2)
            await asyncio.sleep(0)


@pytest.fixture
def meter_clock(monkeypatch):
    """Put the clock of meters into the test's hands."""
    clock = Clock()
    monkeypatch.setattr("wslab.websocket.limits.monotonic", clock)
    return clock


@pytest.fixture
async def clock(meter_clock, monkeypatch):
    """Put that and the clock of the test's loop into its hands."""
    monkeypatch.setattr(asyncio.get_running_loop(), "time", meter_clock)
    return meter_clock


def message(content):
    return {"type": "websocket.receive", "text": content}


def meter(rate):
    return Limits(max_rate=rate).meter(Limits())


async def spoken(peer, clock, words, rate):
    """Have the client say the words at this rate, while the loop turns."""
    for word in words:
        await clock.pass_by(1 / rate)
        peer.events.put_nowait(message(word))
        for _ in range(4):
            await asyncio.sleep(0)


async def test_the_rate_is_an_average_over_one_second(clock):
    """A burst of one second's worth passes; time brings new allowance."""
    bucket = meter(5)
    assert [bucket.excess("x") is None for _ in range(6)] == [True] * 5 + [False]
    await clock.pass_by(0.4)
    assert [bucket.excess("x") is None for _ in range(3)] == [True, True, False]
    await clock.pass_by(60)
    assert [bucket.excess("x") is None for _ in range(6)] == [True] * 5 + [False]


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


@pytest.mark.parametrize("turns", [0, 20])
async def test_a_handler_that_blocks_between_two_messages_costs_nobody(
    new_peer, clock, turns
):
    """Nobody read while it computed, also once the task reads ahead."""
    peer = new_peer(message("first"))
    connection = await peer.open(meter(5))
    assert await connection.receive() == "first"
    for _ in range(turns):
        await asyncio.sleep(0)
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


async def test_a_pause_long_ago_allows_no_burst(clock):
    """The allowance goes as reading goes on."""
    bucket = meter(5)
    clock.now += 60
    bucket.resume()
    await clock.pass_by(60)
    assert bucket.excess("x") is None
    bucket.resume()
    await clock.pass_by(1)
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


async def test_an_idle_client_on_a_healthy_loop_saves_up_no_more(new_peer, clock):
    """The loop turned all the while, so that the silence is the client's own."""
    peer = new_peer(message("first"))
    connection = await peer.open(meter(5))
    assert await connection.receive() == "first"
    waiting = asyncio.create_task(connection.receive())
    await clock.pass_by(3)
    for _ in range(100):
        peer.events.put_nowait(message("x"))
    assert await waiting == "x"
    assert await connection.closed == 1008
    assert peer.taken == 2 + 6
    await connection.release()


async def test_the_loop_is_watched_while_a_limited_connection_is_open(new_peer):
    """And no longer, whoever keeps the connection."""
    connections = [await new_peer().open(meter(5)) for _ in range(2)]
    watch = ref(pulse())
    assert watch() is pulse()
    await connections[0].release()
    assert watch() is not None
    await connections[1].close()
    assert watch() is None


@pytest.mark.threads("while a handler blocks the loop, its client goes on")
@pytest.mark.parametrize(("count", "passed"), [(60, 60), (85, 79)])
async def test_a_blocked_loop_is_no_fault_of_a_client(
    serving, meter_clock, record, count, passed
):
    """It may send at its rate meanwhile, and no more than that.

    What is too much lies unread as the connection ends: that may be a reset, which
    overtakes answers and close frame.
    """
    if serving.server_name == "testing":
        pytest.skip("its clients stand on the loop that is blocked")
    app = Application(max_rate=20)
    blocking, said = threading.Event(), threading.Event()

    @app.websocket_route("/")
    async def view(ws):
        async for word in ws:
            record.append(word)
            await ws.send(word)
            if word == words[-1]:
                return

    @app.websocket_route("/block")
    async def block(ws):
        await ws.receive()
        blocking.set()
        assert said.wait(WAIT)
        meter_clock.now += 3

    server = await serving(app)
    words = [str(number) for number in range(count)]

    async def speak():
        async with server.client("/") as client, server.client("/block") as blocker:
            await client.send("hello")
            assert await client.receive() == "hello"
            await blocker.send("block")
            assert blocking.wait(WAIT)
            for word in words:
                await client.send(word)
            said.set()
            for word in words if passed == count else ():
                assert await client.receive() == word
            await client.ended()

    await asyncio.to_thread(asyncio.run, speak())
    assert record == ["hello", *words[:passed]]
