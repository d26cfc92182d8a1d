"""A trace as JSON and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.trace.document import event_from_json, event_to_json
from wslab.trace.model import (
    ApplicationEvent,
    Connection,
    Frame,
    GoAway,
    Handshake,
    Head,
    Opcode,
    TcpEnd,
)
from wslab.trace.trace import Trace

senders = st.sampled_from(["client", "server"])
numbers = st.integers(0, 1 << 63)
maybe_text = st.none() | st.text()
pairs = st.none() | st.tuples(st.text(), numbers)
heads = st.builds(
    Head,
    senders,
    st.text(),
    st.lists(st.tuples(st.text(), st.text()), max_size=3).map(tuple),
    numbers,
)
frames = st.builds(
    Frame,
    senders,
    st.sampled_from(Opcode) | st.integers(0, 15),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    numbers,
    st.binary(max_size=128),
    st.none() | numbers,
    st.none() | numbers,
)
hows = st.sampled_from(["FIN", "TCP reset", "RST_STREAM CANCEL"])
ends = st.builds(TcpEnd, senders, hows)
goaways = st.builds(GoAway, senders, st.text())
steps = st.builds(
    ApplicationEvent,
    st.text(),
    st.sampled_from(["server", "application"]),
    maybe_text | st.binary(max_size=128),
    st.none() | numbers,
    st.none() | st.integers(0, 65535),
    maybe_text,
    maybe_text,
    pairs,
)
events = heads | frames | ends | goaways | steps
connections = st.builds(
    Connection,
    st.lists(events, max_size=6).map(tuple),
    numbers,
    numbers,
    st.booleans(),
    st.booleans(),
    st.builds(Handshake, st.none() | heads, st.none() | heads),
    st.none() | frames,
    st.none() | ends,
    maybe_text,
)


@given(st.lists(connections, max_size=3).map(tuple), numbers)
def test_a_trace_goes_to_json_and_back(connections, left_out):
    """Whatever was recorded, lone surrogates and all bytes included."""
    trace = Trace(connections, left_out)
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace


@given(events)
def test_an_event_alone_goes_to_json_and_back(event):
    """What a page shows while it happens."""
    back = event_from_json(json.loads(json.dumps(event_to_json(event))))
    assert back == event
    assert type(back) is type(event)


def test_the_form_of_a_document():
    """What a page's script reads; a change of this is a new version."""
    frame = Frame("client", Opcode.TEXT, True, True, False, 2, b"hi", 2, 0)
    head = Head("client", "GET / HTTP/1.1", (("Host", "x"),), 0)
    one = Connection((frame,), 1, 0, False, True, Handshake(head, None), None, None)
    head_json = {
        "kind": "head",
        "sender": "client",
        "start": "GET / HTTP/1.1",
        "headers": [["Host", "x"]],
        "exchange": 0,
    }
    frame_json = {
        "kind": "frame",
        "sender": "client",
        "opcode": 1,
        "fin": True,
        "masked": True,
        "compressed": False,
        "length": 2,
        "payload": {"hex": "6869"},
        "size": 2,
        "message": 0,
    }
    assert Trace((one,)).to_json() == {
        "version": 3,
        "left_out": 0,
        "connections": [
            {
                "events": [frame_json],
                "gap": 1,
                "left_out": 0,
                "continued": False,
                "is_open": True,
                "request": head_json,
                "response": None,
                "close_frame": None,
                "tcp_end": None,
                "fault": None,
                "number": 0,
                "began": None,
                "times": [],
                "client": None,
                "paused": False,
                "calls": 0,
                "is_application_recorded": False,
            }
        ],
    }


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"version": 1, "connections": [], "left_out": 0},
        {"version": 3, "connections": [{}], "left_out": 0},
        {"version": 3, "connections": 7, "left_out": 0},
        {"version": 3, "connections": []},
        [],
    ],
)
def test_what_is_no_trace_is_refused(document):
    """Another version, or another document."""
    with pytest.raises(ValueError, match="trace"):
        Trace.from_json(document)
