"""A step that takes long is told, a short one is not."""

import io
import threading

from wslab.site.live.steps import Steps


class Stream(io.StringIO):
    """A stream on which a line can be waited for."""

    def __init__(self):
        super().__init__()
        self.flushed = threading.Event()

    def flush(self):
        self.flushed.set()


def test_nothing_is_told_of_what_is_done_at_once():
    stream = Stream()
    with Steps(stream, silence=60) as steps:
        steps.begin("fetching")
        steps.begin("packing")
    assert stream.getvalue() == ""


def test_once_it_takes_long_this_step_and_those_after_it_are_told():
    stream = Stream()
    with Steps(stream, silence=0.01) as steps:
        steps.begin("fetching")
        assert stream.flushed.wait(30)
        steps.begin("packing")
    assert stream.getvalue().splitlines() == [
        "what Run needs: fetching",
        "what Run needs: packing",
    ]
