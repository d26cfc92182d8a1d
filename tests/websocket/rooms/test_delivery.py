"""How a broadcast reaches each member, and what one that stalls or fails does."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from wslab.testing import Closed, connect
from wslab.websocket.rooms import Room

from .members import application, crowd, member_of, until


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

    @application
    async def app(connection):
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

    @application
    async def app(connection):
        async with room.membership(connection):
            await hold.wait()

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
        async with asyncio.timeout(30):
            await room.broadcast("2")
        for client in (ada, stalled):
            assert [await client.receive() for _ in range(3)] == ["0", "1", "2"]


async def test_a_send_with_a_time_out_of_its_own_times_out_alone():
    """A middleware's `asyncio.timeout` ends that member's send, not the broadcaster."""
    room = Room()
    bounds = []

    async def impatient(scope, receive, send):
        async def send_soon(event):
            async with asyncio.timeout(None) as bound:
                bounds.append(bound)
                await send(event)

        await member_of(room)(scope, receive, send_soon)

    async with connect(impatient, buffer=1) as stalled:
        await until(lambda: len(room) == 1)
        async with connect(member_of(room)) as ada:
            await until(lambda: len(room) == 2)
            await room.broadcast("0")
            await room.broadcast("1")
            await until(lambda: len(bounds) == 3)  # the accept, "0" and "1"
            bounds[-1].reschedule(0)  # its time is over
            await until(lambda: len(room) == 1)  # would raise if it were cancelled
            await room.broadcast("2")
            assert [await ada.receive() for _ in range(3)] == ["0", "1", "2"]
        assert await stalled.receive() == "0"


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


async def test_a_burst_of_broadcasts_in_one_turn_costs_a_client_that_reads_nothing():
    """The limit counts what waits behind a send, not what the loop has yet to send."""
    room = Room(limit=2)
    async with crowd(room, None, None) as clients:
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(room.broadcast(number))
        for client in clients:
            received = [await client.receive() for _ in range(50)]
            assert received == [str(number) for number in range(50)]


async def test_members_that_begin_to_stall_hold_up_no_other_in_that_broadcast():
    room = Room()
    async with crowd(room, 1, 1, 1, 1, 1, None) as (*stalled, ada):
        for number in range(3):
            await room.broadcast(number)
        assert [await ada.receive() for _ in range(3)] == ["0", "1", "2"]
        for client in stalled:
            assert [await client.receive() for _ in range(3)] == ["0", "1", "2"]


async def test_a_member_that_leaves_in_the_middle_of_a_broadcast():
    """Whoever sees a message first may make others leave, and itself."""
    room = Room()
    connections = []

    def leaving(app):
        async def middleware(scope, receive, send):
            async def leave_then_send(event):
                if event["type"] == "websocket.send":
                    for connection in connections:
                        await room.leave(connection)
                await send(event)

            await app(scope, receive, leave_then_send)

        return middleware

    @application
    async def app(connection):
        connections.append(connection)
        async with room.membership(connection):
            await connection.closed

    async with connect(leaving(app)) as ada, connect(app) as bob:
        await until(lambda: len(room) == 2)
        async with crowd(room) as _, connect(member_of(room)) as eve:
            await until(lambda: len(room) == 3)
            await room.broadcast("hello")
            assert await ada.receive() == await eve.receive() == "hello"
            assert len(room) == 1
            await connections[1].send("only this")
            assert await bob.receive() == "only this"


async def test_a_broadcast_during_a_members_close_reaches_the_others():
    room = Room()
    closing, close_on = asyncio.Event(), asyncio.Event()

    def slow_to_close(app):
        async def middleware(scope, receive, send):
            async def wait_then_send(event):
                if event["type"] == "websocket.close":
                    closing.set()
                    await close_on.wait()
                await send(event)

            await app(scope, receive, wait_then_send)

        return middleware

    @application
    async def app(connection):
        async with room.membership(connection):
            await connection.close(4000)

    async with connect(slow_to_close(app)) as leaving, connect(member_of(room)) as ada:
        await closing.wait()
        await until(lambda: len(room) == 2)
        await room.broadcast("hello")
        assert await ada.receive() == "hello"
        assert len(room) == 1
        close_on.set()
        with pytest.raises(Closed, match="4000"):
            await leaving.receive()


async def test_a_send_that_is_cancelled_from_inside_fails_that_member_alone(caplog):
    """As when the server awaits a task of its own that has been cancelled."""
    room = Room()

    async def cancelled(scope, receive, send):
        async def fail(event):
            if event["type"] == "websocket.send":
                raise asyncio.CancelledError
            await send(event)

        await member_of(room)(scope, receive, fail)

    async with connect(cancelled):
        await until(lambda: len(room) == 1)
        async with connect(member_of(room)) as client:
            await until(lambda: len(room) == 2)
            await room.broadcast("hello")
            assert await client.receive() == "hello"
            assert len(room) == 1
    assert "removes a member that failed" in caplog.text


async def test_many_that_broadcast_without_a_pause_all_come_to_their_turn():
    room = Room()
    done = []

    async def broadcast(name):
        for _ in range(20):
            await room.broadcast(name)
        done.append(name)

    async with crowd(room, None), asyncio.timeout(30):
        endless = asyncio.create_task(broadcast_for_ever(room))
        await asyncio.gather(*(broadcast(name) for name in "abc"))
        endless.cancel()
    assert sorted(done) == ["a", "b", "c"]


async def broadcast_for_ever(room):
    while True:
        await room.broadcast("again")
