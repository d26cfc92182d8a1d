"""A watch tells its views of each connection as a whole, whatever a view does."""

from collections.abc import Callable
from dataclasses import replace
from threading import Condition

import pytest

from wslab.trace.model import Connection, Head, TcpEnd
from wslab.trace.recorder import Recorder
from wslab.trace.recording import Bounds
from wslab.trace.watch import News, Watch, joined

REQUEST = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
FEW = Bounds(first_events=3, last_events=2)


class Kept:
    """A view that keeps what it is told, and lets a test wait for it."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self.closed = False
        self._told = Condition()

    def show(self, news, left_out):
        with self._told:
            self.news += news
            self._told.notify_all()

    def close(self):
        self.closed = True

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        with self._told:
            assert self._told.wait_for(is_so, 30)


class Fails(Kept):
    """A view that can't show anything."""

    def show(self, news, left_out):
        raise RuntimeError("can't")


@pytest.mark.threads("views are told in one")
def test_a_view_that_fails_is_told_no_more_and_the_others_are():
    recorder, kept, fails = Recorder(), Kept(), Fails()
    errors: list[Exception] = []
    watch = Watch(recorder, [fails, kept], 0.01, Bounds(), errors.append)
    watch.start()
    connection = recorder.connect()
    connection.note("client", REQUEST)
    kept.wait_for(lambda: len(kept.news) == 1)
    connection.end("client", "FIN")
    connection.lost = True
    watch.stop()
    assert [str(error) for error in errors] == ["can't"]
    assert kept.closed
    assert not fails.closed
    assert kept.news[-1].whole.is_over
    events = kept.news[-1].whole.events
    assert [type(event) for event in events] == [Head, TcpEnd]


@pytest.mark.threads("views are told in one")
def test_a_failure_is_logged_where_nobody_takes_it(caplog):
    recorder = Recorder()
    watch = Watch(recorder, [Fails()], 0.01, Bounds())
    recorder.connect().note("client", REQUEST)
    watch.start()
    watch.stop()
    assert "a view failed" in caplog.text
    assert "RuntimeError: can't" in caplog.text


def looked(*numbers: int, gap: int | None = None, left_out: int = 0) -> Connection:
    """A look at events that are told apart by their exchange and their time."""
    events = [Head("client", "GET / HTTP/1.1", (), number) for number in numbers]
    connection = replace(Connection.of(events), times=tuple(map(float, numbers)))
    gap = len(numbers) if gap is None else gap
    return replace(connection, gap=gap, left_out=left_out)


@pytest.mark.parametrize(
    ("looks", "numbers", "gap", "left_out"),
    [
        ([looked(1, 2), looked(3)], [1, 2, 3], 3, 0),
        ([looked(1, 2), looked(3, 4, 5)], [1, 2, 3, 4, 5], 3, 0),
        ([looked(1, 2), looked(3, 4, 5, 6)], [1, 2, 3, 5, 6], 3, 1),
        ([looked(1), looked(2, gap=0), looked(3, gap=0)], [1, 2, 3], 3, 0),
        ([looked(1, 2, 5, gap=2, left_out=2), looked(6)], [1, 2, 5, 6], 2, 2),
        ([looked(1), looked(2, 5, gap=1, left_out=2)], [1, 2, 5], 2, 2),
        ([looked(1), looked(9, gap=0, left_out=7)], [1, 9], 1, 7),
        (
            [looked(1, 2, 3), looked(4, gap=0), looked(8, 9, gap=0, left_out=3)],
            [1, 2, 3, 8, 9],
            3,
            4,
        ),
    ],
)
def test_looks_are_joined_to_the_first_and_the_last_events(
    looks, numbers, gap, left_out
):
    whole = looks[0]
    for look in looks[1:]:
        whole = joined(whole, look, FEW)
    assert [event.exchange for event in whole.events] == numbers
    assert list(whole.times) == list(map(float, numbers))
    assert (whole.gap, whole.left_out) == (gap, left_out)


def test_later_looks_may_keep_other_first_events():
    bounds = Bounds(first_events=3, last_events=2, later_first_events=0)
    recorder = Recorder(bounds)
    tap = recorder.connect()
    for _ in range(10):
        tap.note("client", REQUEST)
    first = recorder.take().connection
    for _ in range(10):
        tap.note("client", REQUEST)
    later = recorder.take().connection
    assert (first.gap, len(first.events), first.left_out) == (3, 5, 5)
    assert (later.gap, len(later.events), later.left_out) == (0, 2, 8)


def test_what_is_noted_in_one_go_is_bounded_and_its_end_is_kept():
    recorder = Recorder(FEW)
    tap = recorder.connect()
    for number in range(5_000):
        tap.note("client", f"GET /{number} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    connection = recorder.take().connection
    paths = [event.target for event in connection.events]
    assert paths == ["/0", "/1", "/2", "/4998", "/4999"]
    assert connection.left_out == 4_995
