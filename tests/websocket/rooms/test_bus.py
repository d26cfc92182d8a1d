"""Rooms that share a bus, in one process and as if in several."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest

from wslab.testing import connect
from wslab.websocket.rooms import LocalBus, Message, RedisBus, Rooms

from .members import application, in_rooms, until


class Line:
    """A bus like a stream: it keeps all messages, and brings each one later.

    What it carries is plain data, as it has to be between processes.
    """

    def __init__(self):
        self.streams = defaultdict(list)
        self.readers = {}

    async def subscribe(self, room, deliver, history):
        await asyncio.sleep(0)
        kept = [entry for entry in self.streams[room] if entry["keep"]]
        for entry in kept[-history:] if history else []:
            deliver(Message(**entry))
        reader = self.read(room, len(self.streams[room]), deliver)
        self.readers[room, deliver] = asyncio.create_task(reader)

    async def read(self, room, position, deliver):
        while True:
            for entry in self.streams[room][position:]:
                position += 1
                deliver(Message(**entry))
            await asyncio.sleep(0)

    def unsubscribe(self, room, deliver):
        self.readers.pop((room, deliver)).cancel()

    async def publish(self, room, message):
        await asyncio.sleep(0)
        entry = {name: getattr(message, name) for name in Message.__slots__}
        self.streams[room].append(entry)


REDIS = pytest.param(RedisBus, marks=pytest.mark.needs("redis"))


@pytest.fixture(params=[LocalBus, Line, REDIS])
def bus(request):
    if request.param is RedisBus:
        return RedisBus(request.getfixturevalue("redis").url)
    return request.param()


async def test_one_order_for_the_members_of_all_processes(bus):
    """F37: two sets of rooms on one bus, as two processes are."""
    processes = [Rooms(bus=bus, history=5), Rooms(bus=bus, history=5)]
    async with (
        connect(in_rooms(processes[0], "a")) as ada,
        connect(in_rooms(processes[1], "a")) as bob,
        connect(in_rooms(processes[1], "b")) as eve,
    ):
        await until(lambda: [len(rooms) for rooms in processes] == [1, 2])
        await until(lambda: all(len(r.get("a")) == 1 for r in processes))
        await eve.send("elsewhere")
        for number in range(10):
            await (ada if number % 2 else bob).send(str(number))
        orders = [[await c.receive() for _ in range(10)] for c in (ada, bob)]
        assert orders[0] == orders[1]
        assert sorted(orders[0]) == [str(number) for number in range(10)]
        assert await eve.receive() == "elsewhere"


async def test_a_member_is_excluded_though_its_message_comes_back(bus):
    rooms = [Rooms(bus=bus), Rooms(bus=bus)]
    async with (
        connect(saying(rooms[0], "hello")) as ada,
        connect(in_rooms(rooms[1], "a")) as bob,
    ):
        await until(lambda: rooms[1].get("a") is not None and len(rooms[1].get("a")))
        await ada.send("go")
        assert await bob.receive() == "hello"
        await bob.send("hello, ada")
        assert await ada.receive() == "hello, ada"


def saying(rooms, text):
    """An application that broadcasts to all but its client, once asked."""

    @application
    async def app(connection):
        async with rooms.membership("a", connection) as room:
            await connection.receive()
            await room.broadcast(text, exclude=connection)
            await connection.closed

    return app


async def test_a_broadcast_from_a_process_without_members_reaches_the_others(bus):
    rooms, other = Rooms(bus=bus), Rooms(bus=bus)
    async with connect(in_rooms(rooms, "a")) as client:
        await until(lambda: rooms.get("a") is not None and len(rooms.get("a")))
        await other.broadcast("a", {"to": "all"})
        assert await client.receive() == '{"to":"all"}'
        assert len(other) == 0


async def test_a_new_room_begins_with_what_the_bus_has_kept():
    """The order is that of the stream, and a passing notice stays out."""
    bus = Line()
    for text, keep in (("1", True), ("2", True), ("typing", False), ("3", True)):
        await bus.publish("a", Message(text, keep=keep))
    rooms = Rooms(bus=bus, history=2)
    async with connect(in_rooms(rooms, "a")) as client:
        await client.send("4")
        assert [await client.receive() for _ in range(3)] == ["2", "3", "4"]


async def test_all_who_come_while_the_room_subscribes_get_all_of_it():
    bus = Line()
    await bus.publish("a", Message("old"))
    rooms = Rooms(bus=bus, history=2)
    async with (
        asyncio.TaskGroup() as group,
        connect(in_rooms(rooms, "a")) as ada,
        connect(in_rooms(rooms, "a")) as bob,
    ):
        group.create_task(rooms.broadcast("a", "new"))
        for client in (ada, bob):
            assert [await client.receive() for _ in range(2)] == ["old", "new"]
        assert len(bus.readers) == 1
    await until(lambda: not bus.readers)


class Broken(LocalBus):
    """A bus that nobody can reach until it is mended."""

    mended = False

    async def subscribe(self, room, deliver, history):
        if not self.mended:
            raise ConnectionError("the bus is down")
        await super().subscribe(room, deliver, history)


async def test_a_bus_that_cannot_be_reached_fails_who_joins_and_leaves_no_room():
    bus = Broken()
    rooms = Rooms(bus=bus)
    with pytest.raises(ConnectionError):
        async with connect(in_rooms(rooms, "a")):
            await asyncio.sleep(0)
    assert len(rooms) == 0
    bus.mended = True
    async with connect(in_rooms(rooms, "a")) as client:
        await client.send("hello")
        assert await client.receive() == "hello"


async def test_a_local_bus_calls_nobody_who_has_gone():
    bus, heard = LocalBus(), []
    bus.unsubscribe("a", heard.append)
    await bus.subscribe("a", heard.append, 0)
    await bus.publish("a", Message("1"))
    bus.unsubscribe("a", heard.append)
    bus.unsubscribe("a", heard.append)
    await bus.publish("a", Message("2"))
    assert heard == [Message("1")]
