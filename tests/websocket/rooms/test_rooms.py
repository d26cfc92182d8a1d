"""Rooms by name: made for the first member, forgotten after the last."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from wslab.testing import connect
from wslab.websocket import Connection, WebSocketStateError
from wslab.websocket.rooms import Rooms

from .members import application, in_rooms, until


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
    async with connect(in_rooms(rooms, "a")) as client:
        await client.send("first")
        assert await client.receive() == "first"  # a new room has no history


async def test_a_refused_join_leaves_no_room():
    rooms = Rooms()

    async def app(scope, receive, send):
        async with rooms.membership("a", Connection(scope, receive, send)):
            pass

    with pytest.raises(WebSocketStateError):
        async with connect(app):
            pass
    assert len(rooms) == 0


async def test_a_room_is_forgotten_only_after_the_last_of_nested_memberships():
    rooms = Rooms()
    over = asyncio.Event()

    @application
    async def app(connection):
        async with rooms.membership("a", connection) as outer:
            async with rooms.membership("a", connection) as inner:
                assert outer is inner
            assert rooms.get("a") is outer
            assert len(outer) == 1
            await outer.broadcast("still here")
            await over.wait()

    async with connect(app) as client:
        assert await client.receive() == "still here"
        over.set()
        await until(lambda: len(rooms) == 0)


async def test_one_connection_in_a_room_of_two_sets():
    """They share nothing but the name."""
    first, second = Rooms(), Rooms()

    @application
    async def app(connection):
        async with first.membership("a", connection):
            async with second.membership("a", connection):
                await first.broadcast("a", "1")
            await second.broadcast("a", "never")
            await first.broadcast("a", "2")

    async with connect(app) as client:
        assert [await client.receive() for _ in range(2)] == ["1", "2"]


async def test_an_exclusion_by_name():
    rooms = Rooms()
    async with (
        connect(in_rooms(rooms, "a")) as ada,
        connect(excluding(rooms, "a")) as bob,
    ):
        await until(lambda: rooms.get("a") is not None and len(rooms.get("a")) == 2)
        await bob.send("from bob")
        assert await ada.receive() == "from bob"
        await ada.send("from ada")
        assert await bob.receive() == "from ada"


def excluding(rooms, name):
    @application
    async def app(connection):
        async with rooms.membership(name, connection):
            while (content := await connection.receive()) is not None:
                await rooms.broadcast(name, content, exclude=connection)

    return app


def test_options_that_make_no_sense_are_refused_before_the_first_member():
    with pytest.raises(ValueError, match="limit"):
        Rooms(history=65)
