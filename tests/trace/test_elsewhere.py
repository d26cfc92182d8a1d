"""A recorder whose notes another process reads has the trace of one that does it."""

import threading
from contextlib import closing

import psutil
import pytest

from wslab.trace.elsewhere import LogsElsewhere
from wslab.trace.model import Frame, TcpEnd
from wslab.trace.recorder import Recorder
from wslab.trace.recording import Bounds

REQUEST = (
    b"GET /echo?token=hush HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\n\r\n"
)
HELLO = b"\x81\x05hello"
FEW = Bounds(first_events=10, last_events=5, first_connections=2, last_connections=1)


LONG = Bounds(excerpt=8_192)


@pytest.fixture
def long_logs():
    """Logs in a process of their own, of long messages."""
    with closing(LogsElsewhere(LONG)) as logs:
        yield logs


@pytest.fixture
def logs():
    """Logs in a process of their own."""
    with closing(LogsElsewhere(FEW)) as logs:
        yield logs


def processes():
    """The processes that this one has started, and that have not ended."""
    return {
        it for it in psutil.Process().children() if it.status() != psutil.STATUS_ZOMBIE
    }


async def converse(recorder, messages):
    """A conversation of messages from the server; what the two taps see of it."""
    connection = recorder.connect()
    connection.note("client", REQUEST)
    connection.note("server", RESPONSE)

    async def app(scope, receive, send):
        await send({"type": "websocket.accept", "subprotocol": None})
        for message in messages:
            await send({"type": "websocket.send", "text": message})
            connection.note("server", HELLO)
        raise ValueError("at the end")

    async def send(event):
        pass

    with pytest.raises(ValueError, match="at the end"):
        await recorder.application(app)({"type": "websocket"}, None, send)
    connection.end("server", "FIN")
    connection.lost = True


class Markup(str):
    """A text of a class that the other process does not know."""

    __slots__ = ()

    def __getitem__(self, index):
        return Markup(super().__getitem__(index))


@pytest.mark.parametrize("count", [1, 3, 4_000])
async def test_the_trace_is_the_same(logs, count):
    traces = []
    for recorder in (Recorder(FEW), Recorder(FEW, logs)):
        await converse(recorder, [Markup("hello")] * count)
        await converse(recorder, ["x" * 1_000] * count)
        traces.append(recorder.take(ends=True))
    here, there = traces
    assert str(there) == str(here)
    assert [it.left_out for it in there.connections] == [
        it.left_out for it in here.connections
    ]
    assert there.connections[0].tcp_end == TcpEnd("server", "FIN")
    assert there.connections[0].handshake.request.target == "/echo?token=***"


def test_each_look_has_what_is_new_and_an_end_is_told_alone(logs):
    recorder = Recorder(FEW, logs)
    connection = recorder.connect()
    connection.note("client", REQUEST)
    first = recorder.take().connection
    connection.note("server", RESPONSE)
    connection.note("server", HELLO)
    second = recorder.take().connection
    assert (first.continued, second.continued) == (False, True)
    assert [type(event) for event in second.events][1:] == [Frame]
    assert second.times[0] >= first.times[0] >= 0
    connection.lost = True
    (over,) = recorder.take(ends=True).connections
    assert (over.events, over.is_over) == ((), True)
    assert recorder.take(ends=True).connections == ()


def test_connections_are_bounded(logs):
    recorder = Recorder(FEW, logs)
    for _ in range(5):
        recorder.connect().note("client", REQUEST)
    trace = recorder.take()
    assert ([it.number for it in trace.connections], trace.left_out) == ([1, 2, 5], 2)


def test_progress_is_as_here(logs):
    recorder = Recorder(FEW, logs)
    connection = recorder.connect()
    connection.note("client", REQUEST)
    count, is_ending = recorder.progress()
    assert not is_ending
    connection.end("client", "FIN")
    assert recorder.progress() == (count + 1, True)


def test_who_looks_and_who_notes_do_not_wait_for_each_other(long_logs):
    """Answers that are longer than a pipe, asked for while batches are handed on."""
    recorder = Recorder(LONG, long_logs)
    connections = [recorder.connect() for _ in range(3)]
    for connection in connections:
        connection.note("client", REQUEST)
        connection.note("server", RESPONSE)
    looks = 0

    def look():
        nonlocal looks
        for _ in range(20):
            recorder.take()
            looks += 1

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    for _ in range(200):
        for connection in connections:
            connection.note("server", b"\x82\x7e\x20\x00" + bytes(8_192))
    looking.join(60)
    assert looks == 20


def test_when_its_process_has_gone_nothing_is_recorded_and_nothing_raised(caplog):
    before = processes()
    with closing(LogsElsewhere(FEW)) as logs:
        recorder = Recorder(FEW, logs)
        connection = recorder.connect()
        (process,) = processes() - before
        process.kill()
        process.wait(30)
        for _ in range(5_000):
            connection.note("client", HELLO)
        assert recorder.take().connections == ()
    assert caplog.text.count("the server goes on") == 1


def test_its_process_ends_with_it():
    before = processes()
    logs = LogsElsewhere(FEW)
    (process,) = processes() - before
    logs.close()
    assert not process.is_running()


def test_modules_of_the_working_directory_are_not_for_its_process(
    tmp_path, monkeypatch
):
    (tmp_path / "pickle.py").write_text("raise RuntimeError")
    monkeypatch.chdir(tmp_path)
    with closing(LogsElsewhere(FEW)) as logs:
        recorder = Recorder(FEW, logs)
        recorder.connect().note("client", REQUEST)
        assert len(recorder.take().connections) == 1
