"""F54: four processes, a thousand clients in twenty rooms, and two kills."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections import defaultdict
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

WORKERS = 4
CLIENTS = 1000
ROOMS = 20
MESSAGES = 20  # of a talker; each room has one in each process
DOOMED = WORKERS - 1  # the process that is killed


@contextmanager
def worker(url):
    """Run a process; yield it and its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)
        script = Path(__file__).with_name("worker.py")
        process = subprocess.Popen(
            [sys.executable, str(script), str(listener.fileno()), url],
            pass_fds=[listener.fileno()],
        )
        process.port = listener.getsockname()[1]
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Client:
    """A member of a room, and what it has got."""

    def __init__(self, number, workers):
        self.worker = number % WORKERS
        self.room = number // WORKERS % ROOMS
        self.talks = number // WORKERS < ROOMS
        self.got = []
        self.confirmed = []
        self.ended = asyncio.Event()
        self.url = f"ws://127.0.0.1:{workers[self.worker].port}/{self.room}"

    async def join(self):
        """Connect, and wait until it is a member."""
        self.connection = await connect(
            self.url, ping_interval=None, open_timeout=60, proxy=None, compression=None
        )
        assert await self.connection.recv() == "joined"

    async def take_part(self):
        """Talk if it is one who does, and note what comes."""
        own = [f"{self.room} {self.worker} {it}" for it in range(MESSAGES)]
        mine = iter(own if self.talks else ())
        under_way = await self.say(mine)
        with suppress(ConnectionClosed):
            async for message in self.connection:
                if message == "confirmed" and under_way is not None:
                    self.confirmed.append(under_way)
                    under_way = await self.say(mine)
                elif message != "confirmed":  # which "end" is too
                    assert message != "failed"
                    self.got.append(message)
                    if message == "end":
                        break
        self.ended.set()

    async def say(self, mine):
        """Send the next message, if there is one."""
        if (message := next(mine, None)) is not None:
            with suppress(ConnectionClosed):
                await self.connection.send(message)
        return message


async def joined(workers):
    """Connect the clients, a hundred at a time."""
    clients = [Client(number, workers) for number in range(CLIENTS)]
    for start in range(0, CLIENTS, 100):
        await asyncio.gather(*(it.join() for it in clients[start : start + 100]))
    return clients


async def end(clients):
    """Say in each room that it is over, and wait until all who are left know."""
    for client in clients:
        if client.talks and client.worker == 0:
            await client.connection.send("end")
    async with asyncio.timeout(120):
        await asyncio.gather(*(client.ended.wait() for client in clients))


async def until_confirmed(clients, count):
    """Wait until so many messages are confirmed."""
    async with asyncio.timeout(120):
        while sum(len(it.confirmed) for it in clients) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.needs("redis")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("many_files", [CLIENTS + 500], indirect=True)
async def test_a_process_and_redis_are_killed_under_load(redis, many_files):
    """Who stayed has all that was confirmed, once, in the one order of its room."""
    with (
        worker(redis.url) as a,
        worker(redis.url) as b,
        worker(redis.url) as c,
        worker(redis.url) as doomed,
    ):
        workers = [a, b, c, doomed]
        clients = await joined(workers)
        tasks = [asyncio.create_task(it.take_part()) for it in clients]
        talkers = [it for it in clients if it.talks]
        stayed = [it for it in clients if it.worker != DOOMED]
        all_of_them = MESSAGES * (WORKERS - 1) * ROOMS
        await until_confirmed(talkers, all_of_them // 4)
        doomed.kill()
        await until_confirmed(talkers, all_of_them // 2)
        redis.kill()
        await asyncio.to_thread(redis.start)
        await until_confirmed([it for it in talkers if it in stayed], all_of_them)
        await end(stayed)
        await asyncio.gather(*tasks)
        await asyncio.gather(*(it.connection.close() for it in clients))
    check(clients, stayed)


def check(clients, stayed):
    """Compare what each member of a room has got."""
    confirmed, orders = defaultdict(set), defaultdict(list)
    for client in clients:
        confirmed[client.room] |= set(client.confirmed)
    for client in stayed:
        orders[client.room].append(client.got)
    for room in range(ROOMS):
        first = orders[room][0]
        assert all(got == first for got in orders[room])
        assert len(set(first)) == len(first)
        assert confirmed[room] <= set(first)
        assert first[-1] == "end"
