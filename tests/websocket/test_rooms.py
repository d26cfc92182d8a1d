"""Rooms (F30, F37): who gets what, in which order, and what a stalled client does."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from wslab.testing import Closed, connect
from wslab.websocket.connection import Connection
from wslab.websocket.errors import WebSocketStateError
from wslab.websocket.rooms import Room, Rooms


def member_of(room):
    """An application whose connections join `room` until they end."""

    async def app(scope, receive, send):
        connection = Connection(scope, receive, send)
        await connection.accept()
        async with room.membership(connection):
            while (content := await connection.receive()) is not None:
                await room.broadcast(content, exclude=connection)
        await connection.release()

    return app


@asynccontextmanager
async def crowd(room, *buffers):
    """Clients in `room`, one for each buffer size."""
    async with AsyncExitStack() as stack:
        clients = []
        for size in buffers:
            made = connect(member_of(room), buffer=size)
            clients.append(await stack.enter_async_context(made))
            await until(lambda: len(room) == len(clients))
        yield clients


async def until(condition):
    """Let the loop turn until `condition` holds, for 5 s at most."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0)


async def test_every_member_gets_a_broadcast_but_the_excluded():
    """F37: the sender is excluded, an outsider gets nothing."""
    room = Room()
    async with crowd(room, None, None, None) as (ada, bob, eve):
        await ada.send("hello")
        assert await bob.receive() == await eve.receive() == "hello"
        await bob.send(b"\x00")
        assert await ada.receive() == await eve.receive() == b"\x00"


@pytest.mark.parametrize(
    ("message", "received"),
    [
        ("", ""),
        ("text", "text"),
        (b"", b""),
        (b"\xff", b"\xff"),
        ({"type": "message", "text": "é\ud800"}, None),
        ([1, None], None),
        (None, None),
        (5, None),
    ],
)
async def test_text_and_bytes_stay_and_all_else_is_json(message, received):
    room = Room()
    async with crowd(room, None) as (client,):
        await room.broadcast(message)
        content = await client.receive()
    if received is None:
        assert isinstance(content, str)
        assert json.loads(content) == message
    else:
        assert content == received


@pytest.mark.parametrize("message", ["\ud800", {1j}, float("nan"), bytearray(b"x")])
async def test_a_message_without_a_form_is_the_callers_error_and_harms_nobody(message):
    room = Room(history=3)
    async with crowd(room, None) as (client,):
        with pytest.raises((TypeError, ValueError)):
            await room.broadcast(message)
        assert room.history == ()
        await room.broadcast("next")
        assert await client.receive() == "next"


async def test_joining_before_accept_is_a_clear_error():
    """The seeds' lost newcomer: who joins too early would miss or break a broadcast."""

    async def app(scope, receive, send):
        connection = Connection(scope, receive, send)
        async with Room().membership(connection):
            pass

    with pytest.raises(WebSocketStateError, match="accept the connection before"):
        async with connect(app):
            pass


async def test_an_ended_connection_is_not_added():
    room = Room()
    ended = asyncio.Event()

    async def app(scope, receive, send):
        connection = Connection(scope, receive, send)
        await connection.accept()
        assert await connection.receive() is None
        async with room.membership(connection):
            assert len(room) == 0
        ended.set()

    async with connect(app) as client:
        client.abort()
        await ended.wait()


async def test_who_leaves_gets_nothing_more_and_a_newcomer_joins_twice_in_vain():
    room = Room()
    steps = asyncio.Queue()

    async def app(scope, receive, send):
        connection = Connection(scope, receive, send)
        await connection.accept()
        await room.join(connection)
        await room.join(connection)
        assert connection in room
        await room.broadcast("once")
        await room.leave(connection)
        await room.leave(connection)
        assert connection not in room
        await room.broadcast("never")
        await connection.close(4000)
        await steps.put("done")

    async with connect(app) as client:
        assert await client.receive() == "once"
        with pytest.raises(Closed, match="4000"):
            await client.receive()


async def test_a_passing_notice_reaches_the_members_and_stays_out_of_the_history():
    """F30: "ada is typing" is no news to a late joiner."""
    room = Room(history=3)
    async with crowd(room, None) as (ada,):
        await room.broadcast("hello")
        await room.broadcast("bob is typing", keep=False)
        assert [await ada.receive() for _ in range(2)] == ["hello", "bob is typing"]
    assert room.history == ("hello",)


async def test_a_newcomer_gets_the_bounded_history_first():
    """F30."""
    room = Room(history=3)
    for number in range(5):
        await room.broadcast(str(number))
    assert room.history == ("2", "3", "4")
    async with crowd(room, None, 1) as (fast, slow):
        await room.broadcast("5")
        for client in (fast, slow):
            received = [await client.receive() for _ in range(4)]
            assert received == ["2", "3", "4", "5"]


async def test_one_order_for_all_members_though_many_broadcast_at_once():
    """Two concurrent broadcasts reach all clients in the same order."""
    room = Room(limit=1000)
    async with crowd(room, None, 1, 7, None) as clients:
        async with asyncio.TaskGroup() as group:
            for number in range(100):
                group.create_task(room.broadcast(str(number)))
        orders = [[await client.receive() for _ in range(100)] for client in clients]
    assert sorted(map(int, orders[0])) == list(range(100))
    assert all(order == orders[0] for order in orders)


async def test_a_stalled_client_delays_nobody_and_loses_the_oldest():
    room = Room(limit=4)
    async with crowd(room, None, 1, None) as (ada, stalled, bob):
        for number in range(20):
            await room.broadcast(str(number))
            assert await ada.receive() == await bob.receive() == str(number)
        kept = [await stalled.receive() for _ in range(6)]
        assert kept == ["0", "1", "16", "17", "18", "19"]  # buffered, sending, waiting
        await room.broadcast("again")
        assert await stalled.receive() == "again"
        assert len(room) == 3


async def test_a_stalled_client_is_sent_away_with_1013():
    room = Room(limit=4, when_full="close")
    async with crowd(room, None, 1) as (ada, stalled):
        for number in range(20):
            await room.broadcast(str(number))
            assert await ada.receive() == str(number)
        assert await stalled.receive() == "0"
        with pytest.raises(Closed) as closed:
            await stalled.receive()
        assert closed.value.code == 1013
        assert len(room) == 1


async def test_a_stalled_client_that_vanishes_leaves_no_task():
    room = Room()
    before = asyncio.all_tasks()
    async with crowd(room, None, 1) as (ada, stalled):
        for number in range(3):
            await room.broadcast(str(number))
        stalled.abort()
        await until(lambda: len(room) == 1)
        assert [await ada.receive() for _ in range(3)] == ["0", "1", "2"]
    await until(lambda: asyncio.all_tasks() == before)


async def test_leaving_drops_what_waits_and_leaves_no_task():
    room = Room()
    before = asyncio.all_tasks()
    left = asyncio.Event()

    async def app(scope, receive, send):
        connection = Connection(scope, receive, send)
        await connection.accept()
        async with room.membership(connection):
            for number in range(5):
                await room.broadcast(str(number))
        left.set()
        await connection.send("after")
        await connection.close()

    async with connect(app, buffer=1) as client:
        await left.wait()
        assert [await client.receive(), await client.receive()] == ["0", "after"]
    await until(lambda: asyncio.all_tasks() == before)


async def test_vanished_members_are_removed_and_a_broadcast_does_not_raise():
    """F37: dead clients are removed, though their handlers have not left yet."""
    room = Room()
    hold = asyncio.Event()

    async def app(scope, receive, send):
        connection = Connection(scope, receive, send)
        await connection.accept()
        async with room.membership(connection):
            await hold.wait()
        await connection.release()

    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connect(app)) for _ in range(9)]
        await until(lambda: len(room) == 9)
        for client in clients[::2]:
            client.abort()
        await room.broadcast("first")
        await room.broadcast("second")
        await until(lambda: len(room) == 4)
        for client in clients[1::2]:
            assert [await client.receive(), await client.receive()] == [
                "first",
                "second",
            ]
        hold.set()


async def test_a_server_that_fails_in_one_members_send_harms_no_other(caplog):
    room = Room()

    async def broken(scope, receive, send):
        async def fail(event):
            if event["type"] == "websocket.send":
                raise LookupError("a fault of this server")
            await send(event)

        await member_of(room)(scope, receive, fail)

    async with connect(broken):
        await until(lambda: len(room) == 1)
        async with connect(member_of(room)) as client:
            await until(lambda: len(room) == 2)
            await room.broadcast("hello")
            assert await client.receive() == "hello"
            await until(lambda: len(room) == 1)


async def test_a_broadcaster_that_is_cancelled_or_timed_out_cancels_no_delivery():
    room = Room()
    async with crowd(room, 1, None) as (stalled, ada):
        await room.broadcast("0")
        task = asyncio.create_task(room.broadcast("1"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        async with asyncio.timeout(5):
            await room.broadcast("2")
        for client in (ada, stalled):
            assert [await client.receive() for _ in range(3)] == ["0", "1", "2"]


async def test_a_send_with_a_time_out_of_its_own_times_out_alone():
    """A middleware's `asyncio.timeout` ends that member's send, not the broadcaster."""
    room = Room()

    async def impatient(scope, receive, send):
        async def send_soon(event):
            async with asyncio.timeout(0.01):
                await send(event)

        await member_of(room)(scope, receive, send_soon)

    async with connect(impatient, buffer=1) as stalled:
        await until(lambda: len(room) == 1)
        async with connect(member_of(room)) as ada:
            await until(lambda: len(room) == 2)
            await room.broadcast("0")
            await room.broadcast("1")
            await until(lambda: len(room) == 1)  # would raise if it were cancelled
            await room.broadcast("2")
            assert [await ada.receive() for _ in range(3)] == ["0", "1", "2"]
        assert await stalled.receive() == "0"


@pytest.mark.parametrize(
    "options",
    [{"when_full": "wait"}, {"limit": 0}, {"history": -1}, {"history": 9, "limit": 8}],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match=r"drop_oldest|limit"):
        Room(**options)


async def test_a_crowd_that_only_listens_does_not_starve_the_loop():
    """A tight loop of broadcasts to a stalled client lets other tasks run."""
    room = Room(limit=2)
    turns = 0

    async def count():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with crowd(room, 1):
        counting = asyncio.create_task(count())
        for _ in range(50):
            await room.broadcast("x")
        counting.cancel()
    assert turns > 20


def in_rooms(rooms, name):
    async def app(scope, receive, send):
        connection = Connection(scope, receive, send)
        await connection.accept()
        async with rooms.membership(name, connection) as room:
            assert room.name == name
            while (content := await connection.receive()) is not None:
                await room.broadcast(content)
        await rooms.broadcast(name, "left")
        await connection.release()

    return app


async def test_rooms_are_separate_and_forgotten_when_empty():
    """F37: no empty room is remembered, whatever its name."""
    rooms = Rooms(history=2)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        ada = await enter(connect(in_rooms(rooms, "a")))
        bob = await enter(connect(in_rooms(rooms, "a")))
        eve = await enter(connect(in_rooms(rooms, "b")))
        await until(lambda: len(rooms) == 2 and len(rooms.get("a")) == 2)
        assert sorted(rooms) == ["a", "b"]
        await ada.send("1")
        await eve.send("2")
        assert await ada.receive() == await bob.receive() == "1"
        assert await eve.receive() == "2"
        ada.abort()
        assert await bob.receive() == "left"
        assert len(rooms) == 2
    await until(lambda: len(rooms) == 0)
    assert rooms.get("a") is None
    await rooms.broadcast("a", "to nobody")
    assert len(rooms) == 0
    async with connect(in_rooms(rooms, "a"), timeout=0.05) as client:
        with pytest.raises(TimeoutError):  # a new room has no history
            await client.receive()


async def test_a_refused_join_leaves_no_room():
    rooms = Rooms()

    async def app(scope, receive, send):
        async with rooms.membership("a", Connection(scope, receive, send)):
            pass

    with pytest.raises(WebSocketStateError):
        async with connect(app):
            pass
    assert len(rooms) == 0


async def test_a_subclass_spans_processes_in_one_order():
    """Two sets of rooms joined by one line, as two processes are by Redis."""
    line = asyncio.Queue()
    processes = []

    class SharedRoom(Room):
        async def publish(self, content, exclude, keep):
            await line.put((self.name, content, exclude, keep))

    async def carry():
        while True:
            name, *delivery = await line.get()
            for rooms in processes:
                if (room := rooms.get(name)) is not None:
                    room.deliver(*delivery)

    processes += [Rooms(SharedRoom, history=5), Rooms(SharedRoom, history=5)]
    carrier = asyncio.create_task(carry())
    async with (
        connect(in_rooms(processes[0], "a")) as ada,
        connect(in_rooms(processes[1], "a")) as bob,
    ):
        await until(lambda: len(processes[0]) == len(processes[1]) == 1)
        for number in range(10):
            await (ada if number % 2 else bob).send(str(number))
        orders = [[await c.receive() for _ in range(10)] for c in (ada, bob)]
        assert orders[0] == orders[1]
        assert sorted(orders[0]) == [str(number) for number in range(10)]
    carrier.cancel()
