"""A room (F30, F37): who is a member, and who gets what."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from wslab.testing import Closed, connect
from wslab.websocket import Connection, WebSocketStateError
from wslab.websocket.rooms import Room

from .members import application, crowd, until


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

    @application
    async def app(connection):
        assert await connection.receive() is None
        async with room.membership(connection):
            assert len(room) == 0
        ended.set()

    async with connect(app) as client:
        client.abort()
        await ended.wait()


async def test_who_leaves_gets_nothing_more_and_a_newcomer_joins_twice_in_vain():
    room = Room()

    @application
    async def app(connection):
        await room.join(connection)
        await room.join(connection)
        assert connection in room
        await room.broadcast("once")
        await room.leave(connection)
        await room.leave(connection)
        assert connection not in room
        await room.broadcast("never")
        await connection.close(4000)

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


@pytest.mark.parametrize(
    "options",
    [{"when_full": "wait"}, {"limit": 0}, {"history": -1}, {"history": 9, "limit": 8}],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match=r"drop_oldest|limit"):
        Room(**options)


@asynccontextmanager
async def connection_of(client_count=1):
    """Clients, and the open connections that their handlers have."""
    connections = []
    over = asyncio.Event()

    @application
    async def app(connection):
        connections.append(connection)
        await over.wait()

    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(connect(app)) for _ in range(client_count)
        ]
        await until(lambda: len(connections) == client_count)
        yield *clients, *connections
        over.set()


async def test_an_inner_membership_ends_and_the_outer_goes_on():
    """The connection leaves with the last of its blocks."""
    room = Room(history=2)
    await room.broadcast("history")
    async with connection_of() as (client, connection):
        async with room.membership(connection):
            async with room.membership(connection):
                assert len(room) == 1
            assert connection in room
            await room.broadcast("outer")
        assert connection not in room
        await room.broadcast("never")
        await connection.close(4000)
        assert [await client.receive() for _ in range(2)] == ["history", "outer"]
        with pytest.raises(Closed):
            await client.receive()


async def test_blocks_of_one_connection_may_end_in_any_order():
    room = Room()
    async with connection_of() as (_, connection):
        first, second = room.membership(connection), room.membership(connection)
        await first.__aenter__()
        await second.__aenter__()
        await first.__aexit__(None, None, None)
        assert connection in room
        await second.__aexit__(None, None, None)
        assert connection not in room


async def test_who_has_joined_besides_stays_at_the_end_of_a_membership():
    room = Room()
    async with connection_of() as (_, connection):
        await room.join(connection)
        async with room.membership(connection):
            pass
        assert connection in room
        async with room.membership(connection):
            await room.join(connection)
        assert connection in room
        await room.leave(connection)
        assert connection not in room


async def test_who_leaves_and_joins_again_within_a_block_stays_at_its_end():
    """`leave` ends the memberships there are, not those that follow."""
    room = Room()
    async with connection_of() as (client, connection):
        async with room.membership(connection):
            await room.leave(connection)
            assert connection not in room
            await room.join(connection)
        assert connection in room
        await room.broadcast("still here")
        assert await client.receive() == "still here"


async def test_a_join_that_is_cancelled_leaves_no_member():
    room = Room(history=1)
    await room.broadcast("history")
    async with connection_of() as (_, connection):
        joining = asyncio.create_task(room.join(connection))
        await until(lambda: len(room) == 1)
        joining.cancel()
        await asyncio.wait({joining})
        assert joining.cancelled()
        assert len(room) == 0


async def test_one_connection_in_two_rooms_leaves_one_of_them():
    first, second = Room("first"), Room("second")
    async with connection_of() as (client, connection):
        async with first.membership(connection):
            async with second.membership(connection):
                await second.broadcast("2")
            await second.broadcast("never")
            await first.broadcast("1")
        assert [await client.receive() for _ in range(2)] == ["2", "1"]


async def test_a_connection_that_is_no_member_excludes_nobody():
    room = Room()
    async with connection_of(2) as (ada, bob, first, second):
        await room.join(first)
        await room.join(second)
        await room.leave(second)
        await room.broadcast("hello", exclude=second)
        assert await ada.receive() == "hello"
        await room.join(second)
        await room.broadcast("again", exclude=second)
        await second.send("of its own")
        assert await ada.receive() == "again"
        assert await bob.receive() == "of its own"


async def test_a_member_has_an_id_and_nobody_else():
    room, other = Room(), Room()
    async with connection_of(2) as (_, _, first, second):
        assert room.member_id(None) == room.member_id(first) == ""
        await room.join(first)
        await room.join(second)
        await other.join(first)
        ids = {room.member_id(first), room.member_id(second), other.member_id(first)}
        assert len(ids) == 3
        assert "" not in ids


async def test_the_history_comes_before_what_the_handler_sends_next():
    room = Room(history=2)
    await room.broadcast("old")
    async with connection_of() as (client, connection):
        await room.join(connection)
        await connection.send("welcome")
        assert [await client.receive() for _ in range(2)] == ["old", "welcome"]


async def test_what_a_handler_broadcasts_comes_before_its_own_close():
    room = Room()
    async with connection_of() as (client, connection):
        await room.join(connection)
        await room.broadcast("bye")
        await connection.close(4000)
        assert await client.receive() == "bye"
