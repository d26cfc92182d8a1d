"""RedisBus (F54): one order, history, names, bounds, and what is left behind."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import AsyncExitStack

import pytest

from wslab.websocket.rooms import Message, RedisBus, Rooms

from .heard import Heard, heard
from .members import until

pytestmark = pytest.mark.needs("redis")

NAMES = [
    "a:b",
    "*",
    "\n",
    "",
    "../x",
    "a%3Ab",
    "\0",
    "{a}",
    "ü 😀",
    "\ud800",
    "x" * 10_000,
    "x" * 10_001,
]


async def say(bus, room, *contents, **options):
    for content in contents:
        await bus.publish(room, Message(content, **options))


async def test_all_processes_have_one_order(redis):
    buses = [RedisBus(redis.url) for _ in range(3)]
    async with (
        heard(buses[0], "a") as one,
        heard(buses[1], "a") as two,
        asyncio.TaskGroup() as group,
    ):
        for number, bus in enumerate(buses):
            texts = [f"{number}.{count}" for count in range(100)]
            group.create_task(say(bus, "a", *texts))
        await one.reach(300)
        await two.reach(300)
        assert one == two
        for number in range(3):
            own = [it for it in one if it.startswith(f"{number}.")]
            assert own == [f"{number}.{count}" for count in range(100)]


@pytest.mark.parametrize(
    "content", ["", "text", "ü\0\r\n😀", b"", b"\xff\0\r\n$-1", "x" * 300_000]
)
async def test_a_message_comes_as_it_was(redis, content):
    bus, got = RedisBus(redis.url), []
    await bus.subscribe("a", got.append, 0)
    sent = [
        Message(content),
        Message(content, exclude="0123456789abcdef"),
        Message(content, keep=False),
        Message(content, exclude="passing", keep=False),
        Message(content, exclude="passing a-b %20", keep=True),
    ]
    for message in sent:
        await bus.publish("a", message)
    await until(lambda: len(got) == len(sent))
    bus.unsubscribe("a", got.append)
    assert got == sent


async def test_text_without_a_form_in_utf_8_is_refused(redis):
    with pytest.raises(ValueError, match="surrogates"):
        await RedisBus(redis.url).publish("a", Message("\ud800"))
    assert redis.streams() == set()


async def test_history_is_the_stream_without_passing_notices(redis):
    bus = RedisBus(redis.url)
    await say(bus, "a", "1", "2", "3")
    await say(bus, "a", *["typing"] * 250, keep=False)
    await say(bus, "a", "4")
    for history, expected in ((0, []), (2, ["3", "4"]), (9, ["1", "2", "3", "4"])):
        async with heard(bus, "a", history) as got:
            assert got == expected
            await say(bus, "a", "new", keep=False)
            await got.until("new")
            assert got == [*expected, "new"]


async def test_who_comes_while_others_talk_has_neither_gap_nor_repetition(redis):
    bus, other = RedisBus(redis.url), RedisBus(redis.url)
    texts = [str(number) for number in range(600)]

    async def come(count):
        await all_of_it.reach(count)
        async with heard(bus, "a", history=20) as got:
            await got.until("end")
            return list(got)

    async with heard(bus, "a") as all_of_it, asyncio.TaskGroup() as group:
        late = [group.create_task(come(count)) for count in range(50, 400, 50)]
        await say(other, "a", *texts, "end")
        await all_of_it.until("end")
    assert all_of_it == [*texts, "end"]
    for task in late:
        got = task.result()
        assert len(got) > 100
        assert got == all_of_it[-len(got) :]


async def test_names_cannot_meet_nor_reach_other_keys(redis):
    redis.execute("SET", "x", "mine")
    bus = RedisBus(redis.url, prefix="chat:")
    subscribed = {name: Heard() for name in NAMES}
    for name, got in subscribed.items():
        await bus.subscribe(name, got.deliver, 0)
        await bus.publish(name, Message(str(NAMES.index(name))))
    for name, got in subscribed.items():
        await got.reach(1)
        assert got == [str(NAMES.index(name))]
        bus.unsubscribe(name, got.deliver)
    keys = redis.execute("KEYS", "*")
    streams = [key for key in keys if key.startswith(b"chat:room:")]
    assert len(streams) == len(NAMES)
    assert max(map(len, streams)) < 300
    assert {key for key in keys if not key.startswith(b"chat:")} == {b"x"}
    assert redis.execute("GET", "x") == b"mine"


async def test_prefixes_part_what_has_nothing_to_do_with_each_other(redis):
    one, two = RedisBus(redis.url), RedisBus(redis.url, prefix="staging:")
    async with heard(one, "a") as got, heard(two, "a") as other:
        await say(one, "a", "1")
        await say(two, "a", "2")
        await got.reach(1)
        await other.reach(1)
        assert (got, other) == (["1"], ["2"])


async def test_a_full_stream_keeps_the_newest(redis):
    bus = RedisBus(redis.url, bound=100)
    texts = [str(number) for number in range(1000)]
    async with heard(bus, "a") as got:
        await say(bus, "a", *texts)
        await got.until("999")
        assert got == texts
    (key,) = redis.streams()
    assert 100 <= redis.execute("XLEN", key) <= 200
    async with heard(bus, "a", history=64) as got:
        assert got == texts[-64:]


async def test_a_new_room_is_heard_at_once_though_the_reader_waits_for_others(redis):
    bus = RedisBus(redis.url)
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with AsyncExitStack() as stack:
        for number in range(10):
            got = await stack.enter_async_context(heard(bus, str(number)))
            await say(bus, str(number), "1")
            await got.reach(1)
    assert loop.time() - start < 10 * 5 / 2  # it waits for five seconds at a time


async def test_many_rooms_in_one_process(redis):
    bus = RedisBus(redis.url, timeout=60)
    rooms = [str(number) for number in range(300)]
    async with AsyncExitStack() as stack:
        enter = (stack.enter_async_context(heard(bus, room)) for room in rooms)
        all_of_them = await asyncio.gather(*enter)
        await asyncio.gather(*(say(bus, room, room) for room in rooms))
        for got in all_of_them:
            await got.reach(1)
        assert all_of_them == [[room] for room in rooms]


async def test_a_stream_stays_while_there_are_members_and_is_to_expire(redis):
    bus = RedisBus(redis.url, expire=60)
    async with heard(bus, "a", history=5):
        await say(bus, "a", "1")
        left = [redis.execute("PTTL", "wslab:room:a")]

        def is_longer():
            left.append(redis.execute("PTTL", "wslab:room:a"))
            return left[-1] > left[-2]

        await until(is_longer)
    async with heard(bus, "a", history=5) as got:
        assert got == ["1"]
    keys = redis.execute("KEYS", "*")
    assert b"wslab:room:a" in keys
    assert all(redis.execute("PTTL", key) > 0 for key in keys)


async def test_a_stream_without_members_expires_each_time(redis):
    bus = RedisBus(redis.url, expire=0.1)
    for _ in range(2):
        await bus.publish("b", Message("nobody is there"))
        await until(lambda: redis.streams() == set())


async def test_nothing_is_left_when_the_last_member_has_gone(redis):
    before = asyncio.all_tasks()
    bus = RedisBus(redis.url)
    async with heard(bus, "a"), heard(bus, "a"), heard(bus, "b"):
        await say(bus, "c", "nobody is there")
        assert len(asyncio.all_tasks() - before) == 2
    await until(lambda: asyncio.all_tasks() == before)
    await say(bus, "c", "nobody is there")
    await until(lambda: asyncio.all_tasks() == before)
    await until(lambda: redis.execute("INFO", "clients")["connected_clients"] == 1)


async def test_a_process_without_members_stays_one_publisher(redis):
    """Else each of its messages would be remembered as another one's."""
    bus, other = RedisBus(redis.url), RedisBus(redis.url)
    await say(bus, "a", "1", "2", "3")
    await say(other, "a", "4")
    (key,) = redis.streams()
    heads = [next(iter(it)) for _, it in redis.execute("XRANGE", key, "-", "+")]
    assert len({head.partition(b"-")[0] for head in heads}) == 2
    assert len(set(heads)) == 4


async def test_one_subscriber_of_two_goes(redis):
    bus = RedisBus(redis.url)
    bus.unsubscribe("a", print)
    async with heard(bus, "a") as stays:
        async with heard(bus, "a") as goes:
            await say(bus, "a", "1")
            await stays.reach(1)
            await goes.reach(1)
        await say(bus, "a", "2")
        await stays.reach(2)
        assert (stays, goes) == (["1", "2"], ["1"])


async def test_a_subscriber_that_fails_keeps_nothing_from_others(redis, caplog):
    def fail(message):
        raise LookupError("no such member")

    bus = RedisBus(redis.url)
    await bus.subscribe("a", fail, 0)
    async with heard(bus, "a") as got:
        await say(bus, "a", "1", "2")
        await got.reach(2)
        assert got == ["1", "2"]
    bus.unsubscribe("a", fail)
    assert "no such member" in caplog.text


@pytest.mark.parametrize(
    "fields",
    [
        ("text", "x"),
        ("text 1-1 except", "x"),
        ("text 1-x", "x"),
        ("other 1-1", "x"),
        ("text 1-1", b"\xff"),
        ("text 1-1", "x", "and", "more"),
    ],
)
async def test_what_is_no_message_is_passed_by(redis, caplog, fields):
    bus = RedisBus(redis.url)
    async with heard(bus, "a") as got:
        await say(bus, "a", "1")
        (key,) = redis.streams()
        redis.execute("XADD", key, "*", *fields)
        await say(bus, "a", "2")
        await got.reach(2)
        assert got == ["1", "2"]
    async with heard(bus, "a", history=3) as got:
        assert got == ["1", "2"]
    assert "no message" in caplog.text


def test_one_loop_after_the_other(redis):
    rooms = Rooms(bus=RedisBus(redis.url), history=5)
    bus = RedisBus(redis.url)

    async def talk(number):
        await rooms.broadcast("a", str(number))
        async with heard(bus, "a", history=9) as got:
            await say(bus, "a", "again")
            await got.until("again")
            return list(got)

    assert asyncio.run(talk(1)) == ["1", "again"]
    assert asyncio.run(talk(2)) == ["1", "again", "2", "again"]


def test_a_loop_that_ends_with_members_leaves_a_bus_that_works(redis):
    bus, got = RedisBus(redis.url), Heard()

    async def leave():
        await bus.subscribe("a", got.deliver, 0)

    asyncio.run(leave())
    bus.unsubscribe("a", got.deliver)

    async def talk():
        async with heard(bus, "a") as got:
            await say(bus, "a", "1")
            await got.reach(1)

    asyncio.run(talk())


def test_two_loops_at_once(redis):
    bus = RedisBus(redis.url)
    there = threading.Barrier(2, timeout=30)
    results = []

    async def talk(name):
        async with heard(bus, "a") as got:
            await asyncio.to_thread(there.wait)
            await say(bus, "a", *[f"{name}{number}" for number in range(50)])
            await got.reach(100)
            results.append(list(got))
            await asyncio.to_thread(there.wait)

    threads = [threading.Thread(target=asyncio.run, args=[talk(it)]) for it in "xy"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == 2
    assert results[0] == results[1]
    assert len(set(results[0])) == 100


async def test_nothing_of_a_password_is_shown(redis, caplog):
    caplog.set_level(logging.DEBUG)
    redis.execute("CONFIG", "SET", "requirepass", "s3cret")
    bus = RedisBus(f"unix://:s3cret@{redis.path}")
    async with heard(bus, "a") as got:
        await say(bus, "a", "1")
        await got.reach(1)
        redis.kill()
        await until(lambda: "get no messages" in caplog.text)
    assert "s3cret" not in caplog.text
