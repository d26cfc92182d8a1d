"""LiveLoop: waiting inside of what it runs, owners, and what any loop does."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import signal
import socket
import sys
import threading
import time

import pytest

from wslab.live import OWNER, LiveLoop, Owner, live_loop
from wslab.live.executor import LoopExecutor

from .ends import WAIT

NAME = contextvars.ContextVar("NAME", default="nobody")


def owned(coroutine, owner=None):
    """Start a task of another owner's, as a server's or a client's in its thread."""
    context = contextvars.copy_context()
    context.run(OWNER.set, owner or Owner())
    return asyncio.get_running_loop().create_task(coroutine, context=context)


async def turns(count=20):
    for _ in range(count):
        await asyncio.sleep(0)


async def answer(value):
    await asyncio.sleep(0)
    return value


# -- blocking


async def test_a_block_returns_what_its_coroutine_returns():
    assert live_loop().block(answer(42)) == 42


async def test_a_block_raises_what_its_coroutine_raises():
    async def fail():
        await asyncio.sleep(0.01)
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        live_loop().block(fail())


async def test_while_one_blocks_others_go_on_and_its_own_tasks_do_not():
    log = []

    async def note(what):
        log.append(what)
        await asyncio.sleep(0)
        log.append(what)

    own, other = asyncio.create_task(note("own")), owned(note("other"))
    live_loop().block(asyncio.sleep(0.01))
    assert log == ["other", "other"]
    await asyncio.gather(own, other)
    assert log == ["other", "other", "own", "own"]


async def test_what_became_ready_for_one_that_blocks_comes_in_order():
    log = []
    loop = live_loop()
    for number in range(5):
        loop.call_soon(log.append, number)
        loop.call_later(0.001 * number, log.append, f"timer {number}")
    loop.block(asyncio.sleep(0.02))
    assert log == []
    loop.call_soon(log.append, "last")
    await asyncio.sleep(0.001)
    assert log == [*range(5), *(f"timer {number}" for number in range(5)), "last"]


async def test_one_may_block_while_another_does():
    """A cell waits for a handler that sleeps: both come back, the inner one first."""
    loop, log = live_loop(), []

    async def handler():
        log.append("handler begins")
        loop.block(asyncio.sleep(0.01))
        log.append("handler ends")

    handling = owned(handler())

    async def wait():
        await handling
        log.append("waited")

    loop.block(wait())
    log.append("cell goes on")
    assert log == ["handler begins", "handler ends", "waited", "cell goes on"]


async def test_a_blocked_coroutine_may_block_in_its_turn():
    loop = live_loop()

    async def outer():
        return loop.block(middle()) + 1

    async def middle():
        return loop.block(answer(1)) + 1

    assert loop.block(outer()) == 3


async def test_sockets_of_who_is_blocked_are_left_alone():
    loop, log = live_loop(), []

    class Client(asyncio.Protocol):
        def data_received(self, data):
            log.append(data)

    async def serve(reader, writer):
        async with asyncio.timeout(WAIT):
            writer.write(await reader.readexactly(5))
        writer.close()
        served.set()

    async def start():
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    served = asyncio.Event()
    server = await owned(start())
    address = server.sockets[0].getsockname()
    transport, _ = await loop.create_connection(Client, *address)
    transport.write(b"hello")
    loop.block(asyncio.wait_for(served.wait(), WAIT))
    assert log == []
    await turns()
    assert log == [b"hello"]
    server.close()
    await server.wait_closed()


async def test_a_blocked_coroutine_runs_in_the_callers_context():
    NAME.set("cell")

    async def look():
        name = NAME.get()
        NAME.set("inner")
        return name, OWNER.get()

    owner = Owner()
    assert live_loop().block(look(), owner) == ("cell", owner)
    assert NAME.get() == "cell"
    _, own = live_loop().block(look())
    assert own not in (None, owner)


async def test_the_current_task_is_the_callers_again():
    before = asyncio.current_task()

    async def inner():
        return asyncio.current_task()

    assert live_loop().block(inner()) is not before
    assert asyncio.current_task() is before
    with pytest.raises(ZeroDivisionError):
        live_loop().block(divide())
    assert asyncio.current_task() is before


async def divide():
    return 1 / 0


async def test_a_callback_may_block():
    done = asyncio.get_running_loop().create_future()

    def callback():
        done.set_result(live_loop().block(answer("from a callback")))

    live_loop().call_soon(callback)
    assert await done == "from a callback"


async def test_an_interrupt_ends_the_innermost_block():
    loop, log = live_loop(), []

    async def inner():
        try:
            loop.block(asyncio.Event().wait())
        except asyncio.CancelledError:
            log.append("inner")
            return "went on"

    owned(interrupting(loop))
    assert loop.block(inner()) == "went on"
    assert log == ["inner"]


async def interrupting(loop):
    await turns()
    loop.interrupt()


async def test_an_interrupt_is_a_cancellation_for_who_blocked():
    loop = live_loop()
    loop.interrupt()  # with nobody waiting
    owned(interrupting(loop))
    with pytest.raises(asyncio.CancelledError):
        loop.block(asyncio.Event().wait())
    await asyncio.sleep(0)


async def test_a_signal_may_interrupt():
    loop, this = live_loop(), threading.get_ident()

    async def wait():
        threading.Thread(target=signal.pthread_kill, args=(this, signal.SIGINT)).start()
        await asyncio.Event().wait()

    before = signal.signal(signal.SIGINT, lambda *_: loop.interrupt())
    try:
        with pytest.raises(asyncio.CancelledError):
            loop.block(wait())
    finally:
        signal.signal(signal.SIGINT, before)


async def test_a_keyboard_interrupt_leaves_a_block_and_cancels_what_it_waited_for():
    loop, log = live_loop(), []

    async def wait():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    async def press():
        await turns()
        raise KeyboardInterrupt

    pressing = owned(press())
    with pytest.raises(KeyboardInterrupt):
        loop.block(wait())
    await turns()
    assert log == ["cancelled"]
    assert isinstance(pressing.exception(), KeyboardInterrupt)


async def test_a_timeout_of_the_callers_comes_after_the_block():
    """As with a thread that blocks its loop."""

    async def work():
        async with asyncio.timeout(0.001):
            live_loop().block(asyncio.sleep(0.02))
            await asyncio.sleep(WAIT)

    with pytest.raises(TimeoutError):
        await work()


async def test_a_caller_that_was_cancelled_meanwhile_ends_at_its_next_await():
    log = []

    async def work():
        live_loop().block(asyncio.sleep(0.01))
        log.append("blocked")
        await asyncio.sleep(WAIT)

    working = asyncio.create_task(work())
    owned(cancel(working))
    with pytest.raises(asyncio.CancelledError):
        await working
    assert log == ["blocked"]


async def cancel(task):
    await asyncio.sleep(0)
    task.cancel()


async def test_a_loop_that_is_stopped_meanwhile_stops_after_the_block():
    def in_a_loop_of_its_own():
        loop = LiveLoop()

        def callback():
            loop.stop()
            log.append(loop.block(answer("blocked")))

        log = []
        loop.call_soon(callback)
        loop.run_forever()
        loop.close()
        return log

    assert await asyncio.to_thread(in_a_loop_of_its_own) == ["blocked"]


async def test_only_what_the_loop_runs_can_block_it():
    loop = live_loop()
    with pytest.raises(RuntimeError, match="only what the loop runs"):
        await asyncio.to_thread(loop.block, answer(1))


def test_a_loop_that_does_not_run_cannot_be_blocked():
    loop = LiveLoop()
    with pytest.raises(RuntimeError, match="only what the loop runs"):
        loop.block(answer(1))
    loop.close()


@pytest.mark.parametrize("eager", [False, True])
async def test_a_task_factory_makes_the_blocked_task_too(eager):
    if eager and sys.version_info < (3, 12):
        pytest.skip("new in Python 3.12")
    loop, made = live_loop(), []

    def factory(loop, coroutine, **options):
        new = asyncio.eager_task_factory if eager else plain
        made.append(new(loop, coroutine, **options))
        return made[-1]

    def plain(loop, coroutine, **options):
        return asyncio.Task(coroutine, loop=loop, **options)

    loop.set_task_factory(factory)
    assert loop.block(answer(1)) == 1
    assert loop.block(at_once()) == 2
    loop.set_task_factory(None)
    assert len(made) == 2


async def at_once():
    return 2


# -- threads


async def test_another_thread_wakes_the_loop():
    loop, event = live_loop(), asyncio.Event()
    threading.Timer(0.02, loop.call_soon_threadsafe, [event.set]).start()
    await asyncio.wait_for(event.wait(), WAIT)


async def test_a_block_may_wait_for_a_thread():
    assert live_loop().block(asyncio.to_thread(lambda: 42)) == 42


async def test_a_coroutine_of_another_thread_runs_while_a_cell_blocks():
    loop = live_loop()

    def ask():
        return asyncio.run_coroutine_threadsafe(answer(42), loop).result(WAIT)

    assert loop.block(asyncio.to_thread(ask)) == 42


class WithoutThreads(LiveLoop):
    has_threads = False


def test_without_threads_an_executor_calls_in_the_loop():
    def blocking():
        live_loop().block(asyncio.sleep(0.01))
        return threading.get_ident()

    def failing():
        raise LookupError("no such thing")

    async def main():
        log = []

        async def other():
            log.append("went on")

        working = asyncio.create_task(asyncio.to_thread(blocking))
        await asyncio.sleep(0)
        asyncio.create_task(other())  # noqa: RUF006 - it has ended when the work has
        assert await working == threading.get_ident()
        assert log == ["went on"]
        with pytest.raises(LookupError):
            await asyncio.to_thread(failing)
        executor = LoopExecutor(asyncio.get_running_loop())
        assert executor.submit(log.append, "no").cancel()
        await turns()
        assert log == ["went on"]

    with asyncio.Runner(loop_factory=WithoutThreads) as runner:
        runner.run(main())


# -- owners


async def test_tasks_are_their_owners_and_so_are_the_tasks_that_they_start():
    loop, one, other = live_loop(), Owner(), Owner()

    async def spawn():
        asyncio.create_task(asyncio.sleep(WAIT))  # noqa: RUF006 - it is cancelled
        await asyncio.sleep(WAIT)

    owned(spawn(), one)
    await turns()
    assert len(loop.tasks_of(one)) == 2
    assert loop.tasks_of(other) == set()
    for task in loop.tasks_of(one):
        task.cancel()
    await turns()
    assert loop.tasks_of(one) == set()


async def test_exceptions_go_to_their_owner():
    loop, own, others = live_loop(), [], []
    loop.set_exception_handler(lambda _, context: others.append(context["exception"]))
    owner = Owner(lambda _, context: own.append(context["exception"]))
    first, second = ValueError("of a task"), ValueError("of a callback")
    third = ValueError("of nobody")

    async def fail(error):
        raise error

    def callback():
        raise second

    async def schedule():
        asyncio.get_running_loop().call_soon(callback)

    owned(fail(first), owner)
    owned(schedule(), owner)
    asyncio.create_task(fail(third))  # noqa: RUF006 - nobody is to look at it
    await turns()
    gc.collect()
    assert own == [second, first] or own == [first, second]
    assert others == [third]


async def test_an_exit_goes_to_its_owner_and_else_ends_the_loop():
    log = []

    async def leave():
        raise SystemExit(3)

    leaving = owned(leave(), Owner(exit_handler=log.append))
    await turns()
    assert log == [leaving.exception()]

    def elsewhere():
        with asyncio.Runner(loop_factory=LiveLoop) as runner:
            runner.run(leave())

    with pytest.raises(SystemExit):
        await asyncio.to_thread(elsewhere)


# -- what any loop does


async def test_timers_come_in_order_and_cancelled_ones_are_forgotten():
    loop, log = live_loop(), []
    forgotten = [loop.call_later(WAIT, log.append, "never") for _ in range(1000)]
    loop.call_later(0.02, log.append, 2)
    loop.call_later(0.01, log.append, 1)
    for timer in forgotten:
        timer.cancel()
    await asyncio.sleep(0.03)
    assert log == [1, 2]
    assert len(loop._scheduled) < 100


async def test_a_waiting_loop_uses_no_processor():
    before = time.process_time()
    await asyncio.sleep(0.3)
    assert time.process_time() - before < 0.15


async def test_a_socket_of_the_systems_cannot_be_watched():
    with socket.socket() as sock, pytest.raises(ValueError, match="no socket in mem"):
        live_loop().add_reader(sock, print)


async def test_asyncio_run_in_a_cell_raises_as_in_a_kernel():
    coroutine = answer(1)
    with pytest.raises(RuntimeError, match="cannot be called from a running"):
        asyncio.run(coroutine)
    coroutine.close()


def test_a_runner_ends_what_is_left():
    log = []

    async def generate():
        try:
            yield 1
            yield 2
        finally:
            log.append("generator")

    async def left():
        try:
            await asyncio.sleep(WAIT)
        finally:
            log.append("task")

    async def main():
        global kept
        kept = asyncio.create_task(left()), generate()
        await anext(kept[1])
        await asyncio.to_thread(log.append, "thread")

    with asyncio.Runner(loop_factory=LiveLoop) as runner:
        runner.run(main())
    assert log == ["thread", "task", "generator"]


def test_the_running_loop_is_known_where_it_runs():
    assert live_loop() is None

    async def which():
        return live_loop()

    with asyncio.Runner(loop_factory=LiveLoop) as runner:
        assert runner.run(which()) is runner.get_loop()
    assert asyncio.run(which()) is None
