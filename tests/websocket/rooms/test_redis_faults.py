"""RedisBus (F54) and what breaks: Redis, the way to it, its data, its address."""

from __future__ import annotations

import asyncio
import itertools
import re
import subprocess
import sys
from contextlib import suppress

import pytest

from wslab.testing import connect
from wslab.websocket.rooms import Message, RedisBus, Rooms

from .heard import heard
from .members import application, in_rooms, until

needs_redis = pytest.mark.needs("redis")


async def say(bus, room, *contents):
    for content in contents:
        await bus.publish(room, Message(content))


@needs_redis
async def test_a_broadcast_waits_while_redis_is_away_and_comes_once(redis):
    bus, other = RedisBus(redis.url, timeout=60), RedisBus(redis.url)
    async with heard(bus, "a") as one, heard(other, "a") as two:
        await say(bus, "a", "before")
        await two.reach(1)
        redis.kill()
        waiting = [asyncio.create_task(say(bus, "a", str(it))) for it in range(20)]
        await asyncio.sleep(0.2)  # some attempts fail; nothing depends on it
        assert not any(it.done() for it in waiting)
        redis.start()
        await asyncio.gather(*waiting)
        await say(bus, "a", "after")
        await one.until("after")
        await two.until("after")
        assert one == two == ["before", *map(str, range(20)), "after"]


@needs_redis
async def test_a_broadcast_gives_up_in_time_and_members_stay(redis):
    rooms = Rooms(bus=RedisBus(redis.url, timeout=2))
    errors = []

    @application
    async def app(connection):
        async with rooms.membership("a", connection) as room:
            while (content := await connection.receive()) is not None:
                try:
                    await room.broadcast(content)
                except ConnectionError as error:
                    errors.append(str(error))
                    await connection.send("not sent")

    async with connect(app) as ada, connect(app) as bob:
        await until(lambda: rooms.get("a") is not None and len(rooms.get("a")) == 2)
        redis.kill()
        await ada.send("1")
        assert await ada.receive() == "not sent"
        redis.start()
        async with asyncio.timeout(30):
            while True:
                await bob.send("2")
                if await bob.receive() == "2":
                    break
        while (content := await ada.receive()) != "2":
            assert content == "1"  # an attempt may have succeeded after all
    assert re.match(r"no answer within 2 s from Redis at /\S+: ", errors[0])


@needs_redis
async def test_who_joins_while_redis_is_away_is_told_in_time(redis):
    redis.kill()
    rooms = Rooms(bus=RedisBus(redis.url, timeout=0.2), history=5)
    with pytest.raises(ConnectionError, match=r"no answer within 0\.2 s"):
        async with connect(in_rooms(rooms, "a")) as client:
            await client.receive()
    assert len(rooms) == 0
    redis.start()
    async with asyncio.timeout(30):
        while True:
            with suppress(ConnectionError):  # a busy machine may need longer
                async with connect(in_rooms(rooms, "a")) as client:
                    await client.send("hello")
                    assert await client.receive() == "hello"
                    break


@needs_redis
async def test_redis_is_killed_under_load_and_nothing_is_lost_or_doubled(redis):
    buses = [RedisBus(redis.url, timeout=60) for _ in range(3)]
    confirmed = []

    async def talk(bus, name):
        for number in range(150):
            await say(bus, "a", f"{name}.{number}")
            confirmed.append(f"{name}.{number}")

    async def kill():
        for count in (100, 300, 500):
            await until(lambda count=count: len(confirmed) > count)
            redis.kill()
            await asyncio.to_thread(redis.start)

    async with heard(buses[0], "a") as one, heard(buses[1], "a") as two:
        async with asyncio.TaskGroup() as group:
            group.create_task(kill())
            for number in range(6):
                group.create_task(talk(buses[number % 3], number))
        await say(buses[2], "a", "end")
        await one.until("end")
        await two.until("end")
    assert one == two
    assert len(set(one)) == len(one)
    assert sorted(one[:-1]) == sorted(confirmed)
    async with heard(buses[2], "a", history=len(one)) as history:
        assert history == one


@needs_redis
async def test_an_answer_that_is_lost_makes_no_message_come_twice(redis, proxy):
    bus, other = RedisBus(proxy.url, timeout=60), RedisBus(redis.url)
    async with heard(bus, "a") as one, heard(other, "a") as two:
        await say(bus, "a", "0")
        for number in range(1, 6):
            proxy.swallow = f"message {number}".encode()
            together = [f"message {number}", f"beside {number}", f"and {number}"]
            await asyncio.gather(*(say(bus, "a", it) for it in together))
        await say(bus, "a", "end")
        await one.until("end")
        await two.until("end")
        assert proxy.swallowed == 5
        assert one == two
        assert len(set(one)) == len(one) == 17
    (key,) = redis.streams()
    assert redis.execute("XLEN", key) > 17  # it was added twice
    async with heard(other, "a", history=64) as history:
        assert history == one


@needs_redis
async def test_who_comes_between_a_message_and_its_repetition_gets_no_second(redis):
    bus = RedisBus(redis.url)
    await say(bus, "a", "1", "2")
    (key,) = redis.streams()
    ((_, fields), _) = redis.execute("XRANGE", key, "-", "+")
    (repeated,) = fields.items()
    async with heard(bus, "a") as got:
        redis.execute("XADD", key, "*", *repeated)
        await say(bus, "a", "3")
        await got.reach(1)
        assert got == ["3"]


@needs_redis
async def test_a_connection_that_is_cut_costs_nothing(redis, proxy):
    bus, other = RedisBus(proxy.url, timeout=60), RedisBus(redis.url)
    texts = [str(number) for number in range(200)]
    async with heard(bus, "a") as one, heard(other, "a") as two:
        for text in texts:
            if int(text) % 20 == 10:
                proxy.cut()
            await say(bus if int(text) % 2 else other, "a", text)
        await one.until("199")
        await two.until("199")
        assert one == two == texts


@needs_redis
async def test_who_learns_late_where_the_stream_ended_has_no_gap(redis, proxy):
    bus, other = RedisBus(proxy.url, timeout=60), RedisBus(redis.url, timeout=60)
    said = []

    async def talk():
        for number in itertools.count():
            await say(other, "a", str(number))
            said.append(str(number))

    async with heard(bus, "a") as all_of_it:
        talking = asyncio.create_task(talk())
        await all_of_it.reach(10)
        proxy.hold = b"XREVRANGE"
        come = asyncio.create_task(collect(bus, 100))
        await until(lambda: proxy.held)
        end = len(said) + 1  # at most, of the stream that it is told of
        await all_of_it.reach(end + 50)
        proxy.let_go.set()
        got = await come
        await until(lambda: got[-1] in all_of_it)
        talking.cancel()
        await asyncio.wait([talking])
    first = all_of_it.index(got[0])
    assert first <= end
    assert got == all_of_it[first : first + len(got)]


async def collect(bus, count):
    """Return what comes first to who joins now."""
    async with heard(bus, "a") as got:
        await got.reach(count)
        return list(got)


@needs_redis
async def test_who_is_away_for_longer_than_the_stream_holds_gets_the_newest(
    redis, proxy, caplog
):
    bus, other = RedisBus(proxy.url), RedisBus(redis.url, bound=100)
    texts = [str(number) for number in range(1000)]
    async with heard(bus, "a") as got:
        await say(other, "a", "before")
        await got.reach(1)
        proxy.open = False
        proxy.cut()
        await until(lambda: "get no messages" in caplog.text)
        await say(other, "a", *texts)
        proxy.open = True
        await got.until("999")
        assert 100 <= len(got) - 1 <= 200
        assert got == ["before", *texts[-len(got) + 1 :]]
    assert caplog.messages[-1] == (
        "Messages were gone before they were read: 1 room(s), such as wslab:room:a"
    )


@needs_redis
async def test_redis_that_hangs_is_as_one_that_is_down(redis):
    bus = RedisBus(redis.url, timeout=2)
    async with heard(bus, "a") as got:
        redis.send("STOP")
        with pytest.raises(ConnectionError, match="no answer within"):
            await say(bus, "a", "1")
        redis.send("CONT")
        async with asyncio.timeout(30):
            while "2" not in got:
                try:
                    await say(bus, "a", "2")
                    await got.until("2")
                except ConnectionError:
                    continue
        assert got in (["1", "2"], ["2"])


@needs_redis
async def test_a_cancelled_broadcast_disturbs_no_other(redis):
    bus = RedisBus(redis.url, timeout=60)
    async with heard(bus, "a") as got:
        redis.kill()
        tasks = [asyncio.create_task(say(bus, "a", str(it))) for it in range(10)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        redis.start()
        await asyncio.gather(*tasks, return_exceptions=True)
        await say(bus, "a", "end")
        await got.until("end")
        assert got == ["1", "3", "5", "7", "9", "end"]


@needs_redis
@pytest.mark.parametrize("how", ["flush", "restart"])
async def test_ids_that_went_backwards_are_noticed_once(redis, caplog, how):
    """As where the clock of the server that took over is behind."""
    bus, other = RedisBus(redis.url, expire=0.9), RedisBus(redis.url)
    far = "99999999999999-0"
    async with heard(bus, "a") as got, heard(bus, "b") as beside:
        await say(other, "a", "0")
        await got.reach(1)
        redis.execute("XADD", "wslab:room:a", far, "text 0123456789abcdef-1", "1")
        redis.execute("XADD", "wslab:room:b", far, "text 0123456789abcdef-2", "1")
        await got.reach(2)
        await beside.reach(1)
        if how == "flush":
            redis.execute("FLUSHALL")
        else:
            redis.kill()
            for file in redis.path.parent.rglob("*.aof*"):
                file.unlink()
            redis.start()
        await say(other, "a", "2", "3")
        await say(other, "b", "2", "3")
        await got.until("3")
        await beside.until("3")
        assert (got, beside) == (["0", "1", "2", "3"], ["1", "2", "3"])
        await say(other, "a", "4")
        await until(lambda: redis.execute("PTTL", "wslab:room:a") > 0)
        await got.until("4")
    said = [it for it in caplog.messages if "lost messages" in it]
    assert said == [
        "Redis has lost messages that it had: 2 room(s), such as wslab:room:a"
    ]


@needs_redis
async def test_a_wrong_password_is_said_at_once(redis):
    redis.execute("CONFIG", "SET", "requirepass", "right")
    for secret in ("", ":wrong@"):
        bus = RedisBus(f"unix://{secret}{redis.path}", timeout=1000)
        with pytest.raises(ConnectionError, match="Redis at /") as raised:
            await say(bus, "a", "1")
        assert "wrong@" not in str(raised.value)
        assert re.search("(?i)auth|password", str(raised.value))
    right = RedisBus(f"unix://:right@{redis.path}")
    await say(right, "a", "1")


@needs_redis
async def test_a_key_of_another_kind_is_said_at_once(redis):
    redis.execute("SET", "wslab:room:a", "no stream")
    bus = RedisBus(redis.url, timeout=1000)
    with pytest.raises(ConnectionError, match="Redis refuses: WRONGTYPE"):
        await say(bus, "a", "1")
    with pytest.raises(ConnectionError, match="Redis refuses: WRONGTYPE"):
        await bus.subscribe("a", print, 0)


@needs_redis
async def test_a_database_that_is_not_there_is_said_at_once(redis):
    bus = RedisBus(f"{redis.url}?db=1000", timeout=1000)
    with pytest.raises(ConnectionError, match="out of range"):
        await say(bus, "a", "1")


async def test_an_address_where_nobody_is():
    bus = RedisBus("redis://127.0.0.1:1/0", timeout=0.2)
    expected = r"within 0\.2 s from Redis at 127\.0\.0\.1:1: .*connecting"
    with pytest.raises(ConnectionError, match=expected):
        await say(bus, "a", "1")


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:6379", "http://localhost", "redis://a:b", "redis://a?colour=red"],
)
def test_what_is_no_address(url):
    with pytest.raises(ValueError, match=r'is like "redis://127\.0\.0\.1:6379/0"'):
        RedisBus(url)


@pytest.mark.parametrize("option", ["bound", "timeout", "expire"])
def test_limits_are_above_0(option):
    with pytest.raises(ValueError, match="above 0"):
        RedisBus("redis://127.0.0.1:6379/0", **{option: 0})


WITHOUT = """
import sys
sys.modules["redis"] = None
import wslab
from wslab.websocket.rooms import RedisBus
try:
    RedisBus("redis://127.0.0.1:6379/0")
except ImportError as error:
    print(error)
"""


def test_without_redis_py_the_library_works_and_the_bus_says_how_to_get_it():
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )
    assert run.stdout == "RedisBus needs redis-py: pip install 'wslab[redis]'\n"
