"""Several tasks on one connection, and applications and clients that don't listen."""

from __future__ import annotations

import asyncio
import time

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import (
    As,
    Await,
    Connect,
    Read,
    Signal,
    Watch,
    close,
    ping,
    text,
)
from wslab.atlas.acts import Send as SendBytes
from wslab.atlas.scenario import Options, scenario

KEEPALIVE = Options(ping_interval=1, ping_timeout=1)
WAITING = SendBytes(b"\x81\x81\0\0\0\0m" * 40)


@scenario(
    "The application sends while another task waits in `receive`. Does it go at once?",
    [Connect(), Read(), text("an answer"), Watch(2)],
)
async def send_while_receiving(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    receiving = asyncio.ensure_future(receive())
    await asyncio.sleep(0)
    await send({"type": "websocket.send", "text": "a question"})
    await receiving
    await send({"type": "websocket.close"})


@scenario(
    "The application closes while another task waits in `receive`. Does that one end?",
    [Connect(), Watch(3)],
)
async def close_while_receiving(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    receiving = asyncio.ensure_future(receive())
    await asyncio.sleep(0)
    await send({"type": "websocket.close"})
    await receiving


@scenario(
    "Two tasks wait in `receive`, and two messages come. Does each get one?",
    [Connect(), Await("sends 'both wait'"), text("one"), text("two"), Watch(4)],
)
async def two_receive(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    receiving = [asyncio.ensure_future(receive()) for _ in range(2)]
    await asyncio.sleep(0)
    await send({"type": "websocket.send", "text": "both wait"})
    done, _ = await asyncio.wait(receiving, timeout=3)
    errors = [task for task in done if task.exception() is not None]
    await send({"type": "websocket.close"})
    return f"messages: {len(done) - len(errors)}, exceptions: {len(errors)}"


@scenario(
    "Five tasks send at once. Are their messages whole, and in order?",
    [Connect(), Watch(4)],
)
async def five_send(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    messages = [
        {"type": "websocket.send", "text": digit * 200_000} for digit in "01234"
    ]
    await asyncio.gather(*(send(message) for message in messages))
    await send({"type": "websocket.close"})


@scenario(
    "A `receive` is cancelled while nothing comes. Is the next message lost?",
    [Connect(), Read(), text("an answer"), Watch(3)],
)
async def receive_cancelled(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    try:
        await asyncio.wait_for(receive(), 0.1)
    except TimeoutError:
        await send({"type": "websocket.send", "text": "a question"})
    try:
        await asyncio.wait_for(receive(), 1)
        note = "the message is not lost"
    except TimeoutError:
        note = "the message is lost"
    await send({"type": "websocket.close"})
    return note


@scenario(
    "A `receive` is cancelled just when a message arrives. Is that message lost?",
    [Connect(), text("one"), Await("receives 'one'"), text("two"), Watch(3)],
    spoils="*",
)
async def receive_cancelled_late(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    receiving = asyncio.create_task(asyncio.wait_for(receive(), 0.05))
    await asyncio.sleep(0)
    time.sleep(0.15)  # noqa: ASYNC251 - message and time-out come while the loop stands
    note = "the message is not lost"
    try:
        await receiving
    except TimeoutError:
        try:
            await asyncio.wait_for(receive(), 1)
        except TimeoutError:
            note = "the message is lost"
    await send({"type": "websocket.close"})
    return note


@scenario(
    "Forty messages and a ping wait for a handler that doesn't receive for two "
    "seconds. When is the ping answered?",
    [
        Connect(),
        WAITING,
        Watch(0.5),
        ping(b"p"),
        Watch(2),
        Signal(),
        Watch(0.5),
        close(),
        Watch(2),
    ],
    source="RFC 6455, section 5.5.2",
    name="ping-while-messages-wait",
)
@scenario(
    "Forty messages and a close wait for a handler that doesn't receive for two "
    "seconds. When is the close answered?",
    [Connect(), WAITING, Watch(0.5), close(), Watch(2), Signal(), Watch(2)],
    source="RFC 6455, section 5.5.1",
    name="close-while-messages-wait",
)
@scenario(
    "A handler doesn't receive, no message waits. Does a client that answers pings "
    "survive the keepalive?",
    [Connect(), Watch(4), Signal()],
    options=KEEPALIVE,
    name="keepalive-of-a-handler-that-does-not-receive",
)
@scenario(
    "Forty messages wait for a handler that doesn't receive. Does a client that "
    "answers pings survive the keepalive?",
    [Connect(), WAITING, Watch(4), Signal()],
    options=KEEPALIVE,
    name="keepalive-while-messages-wait",
)
async def receives_when_told(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await scope["signal"]("go")
    while (await receive())["type"] != "websocket.disconnect":
        pass


@scenario(
    "A client answers no pings. After how long is it gone, and with which code?",
    [Connect(answers=False), Watch(6)],
    options=KEEPALIVE,
)
async def client_answers_no_pings(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@scenario(
    "A client reads nothing, and 48 MiB are sent to it. Does `send` wait?",
    [Connect(reads=False), Await("returns|raises*")],
    spoils="*",
)
async def client_reads_nothing(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    message = {"type": "websocket.send", "bytes": b"a" * (16 << 20)}
    for number in range(1, 4):
        try:
            await asyncio.wait_for(send(message), 1)
        except TimeoutError:
            return f"send {number} of 3 waits"
    return "no send waits: all is kept in memory"


ROOM: list[Send] = []
"""The members of a room: each of its scenarios has a process of its own."""


@scenario(
    "A room sends to two clients in turn, the first reads nothing and 16 MiB wait for"
    " it. Does the other get its message?",
    [Connect(reads=False), Connect(), text("now"), Watch(4)],
    spoils="*",
    name="room-with-one-that-does-not-read",
)
async def sends_in_turn(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    ROOM.append(send)
    if (await receive())["type"] == "websocket.receive":
        block = {"type": "websocket.send", "bytes": b"a" * (16 << 20)}
        await asyncio.wait([asyncio.ensure_future(ROOM[0](block))], timeout=1)
        for member in ROOM:
            await member({"type": "websocket.send", "text": "news"})
        await send({"type": "websocket.close"})


@scenario(
    "A room sends to each client from a task of its own, one reads nothing and 16 MiB"
    " wait for it. Does the other get its message?",
    [Connect(reads=False), Connect(), text("now"), Watch(4)],
    spoils="*",
    name="room-of-tasks-with-one-that-does-not-read",
)
async def sends_from_tasks(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    ROOM.append(send)
    if (await receive())["type"] == "websocket.receive":
        block = {"type": "websocket.send", "bytes": b"a" * (16 << 20)}
        await asyncio.wait([asyncio.ensure_future(ROOM[0](block))], timeout=1)
        news = {"type": "websocket.send", "text": "news"}
        tasks = [asyncio.ensure_future(member(news)) for member in ROOM]
        await asyncio.wait(tasks, timeout=1)
        await send({"type": "websocket.close"})


@scenario(
    "A room sends to two clients in turn, and the first has closed. Does the other get"
    " the message?",
    [
        *(Connect(), Connect(), As(1, close()), Await("receives disconnect*")),
        *(text("now"), Watch(2)),
    ],
    spoils="*",
    name="room-with-one-that-has-closed",
)
async def sends_to_all(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    ROOM.append(send)
    if (await receive())["type"] == "websocket.receive":
        for member in ROOM:
            await member({"type": "websocket.send", "text": "news"})
        await send({"type": "websocket.close"})


@scenario(
    "The application blocks the loop for two seconds. When is a ping answered?",
    [
        Connect(),
        text("block"),
        Await("receives 'block'"),
        ping(b"p"),
        Read(),
        Watch(0.3),
        close(),
        Watch(1),
    ],
    spoils="*",
)
async def blocked_loop(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    time.sleep(2)  # noqa: ASYNC251 - as a slow query does
    await send({"type": "websocket.send", "text": "done"})
    await receive()


@scenario(
    "The application sends, blocks the loop for two seconds, and sends again. When "
    "does the first message come?",
    [Connect(), Read(2), Watch(0.3), close(), Watch(1)],
    spoils="*",
)
async def send_then_block(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "one"})
    time.sleep(2)  # noqa: ASYNC251 - as a computation does
    await send({"type": "websocket.send", "text": "two"})
    await receive()
