"""What a watch is told of by a recorder."""

from wslab.trace.recorder import Recorder


def test_an_end_without_an_event_is_told_once_where_it_is_asked_for():
    recorder = Recorder()
    connection = recorder.connect()
    connection.end("client", "FIN")
    (seen,) = recorder.take(ends=True).connections
    assert seen.is_open
    assert not recorder.take(ends=True).connections
    connection.lost = True
    (ended,) = recorder.take(ends=True).connections
    assert (ended.events, ended.is_over, ended.number) == ((), True, seen.number)
    assert not recorder.take(ends=True).connections


def test_a_look_does_not_tell_of_an_end_without_an_event():
    recorder = Recorder()
    connection = recorder.connect()
    connection.end("client", "FIN")
    assert recorder.take().connections
    connection.lost = True
    assert not recorder.take().connections
