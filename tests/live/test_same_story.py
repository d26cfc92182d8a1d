"""Whatever two ends do, each sees the same in memory as over TCP."""

from __future__ import annotations

import asyncio
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wslab.live import LiveLoop

from .ends import End, connection

TURNS = 12  # of the loop: what is on its way over the loopback has arrived then

STEPS = {
    "write": lambda end: end.transport.write(b"word"),
    "end writing": lambda end: end.transport.write_eof(),
    "close": lambda end: end.transport.close(),
    "abort": lambda end: end.transport.abort(),
    "pause": lambda end: end.transport.pause_reading(),
    "resume": lambda end: end.transport.resume_reading(),
}


async def told(keeps_open, story):
    """Return what the client and the server have seen after each step of a story."""
    seen = []

    def new():
        return End(keeps_open)

    async with connection(new, new) as ends:
        for number, step in [*story, (0, "resume"), (1, "resume")]:
            end = ends[number]
            try:
                if not end.lost:
                    STEPS[step](end)
            except (RuntimeError, OSError) as error:
                end.note(str(error))
            for _ in range(TURNS):
                await asyncio.sleep(0)
            seen.append([(*each.log, bytes(each.received)) for each in ends])
    return seen


def on(loop_factory, *story):
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(told(*story))


@pytest.mark.skipif(sys.platform != "linux", reason="the loopback of others takes time")
@example(True, [(1, "pause"), (0, "write"), (1, "close"), (0, "write")])
@example(True, [(0, "close"), (1, "write"), (1, "write")])
@example(True, [(0, "pause"), (1, "write"), (1, "end writing"), (0, "abort")])
@example(True, [(0, "close"), (1, "write"), (1, "end writing")])
@given(
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([*STEPS])), max_size=12),
)
def test_both_networks_tell_the_same_story(keeps_open, story):
    over_tcp = on(asyncio.new_event_loop, keeps_open, story)
    assert on(LiveLoop, keeps_open, story) == over_tcp
