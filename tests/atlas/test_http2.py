"""HTTP/2 in the atlas: which questions exist there, and how answers are judged."""

from dataclasses import replace

import pytest

from wslab.atlas.acts import Connect, Watch
from wslab.atlas.cell import Outcome
from wslab.atlas.columns import COLUMNS, column
from wslab.atlas.http2 import as_over_tcp, exists_over_http2
from wslab.atlas.scenario import Rule
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.table import SERVERS
from wslab.atlas.verdict import client_words, conforms
from wslab.trace.model import Connection, Head
from wslab.trace.trace import Trace

REQUESTS = {
    "HTTP/1.1": Head("client", "GET / HTTP/1.1", (), 0),
    "HTTP/2": Head("client", "CONNECT / HTTP/2", ((":protocol", "websocket"),), 0),
}
OPEN = SCENARIOS["handler-returns"]
ENDS = Rule(client=("HTTP 101", "FIN|reset"))
REFUSED = Rule(client=("HTTP 4*",), never=("HTTP 101",))


def seen(version, *client, application=("returns",)):
    trace = Trace((Connection.of([REQUESTS[version]]),))
    return Outcome(client, application, trace)


def asking(connect, **more):
    return replace(OPEN, client=(connect, Watch(2)), **more)


@pytest.mark.parametrize(
    "connect",
    [
        Connect(),
        Connect("/a%20b?c=d"),
        Connect("/caf\xc3\xa9"),
        Connect(version=None),
        Connect(version="14"),
        Connect(subprotocols=("a", "b"), extensions="permessage-deflate"),
        Connect(answers=False),
        Connect(reads=False),
        Connect(waits=False),
        Connect(host="example.org"),
        Connect(headers=(("origin", "null"), ("x_under", ""), ("x-a", "caf\xe9 a"))),
        Connect(headers=(("x-a", "1"), ("x-a", "2"), ("cookie", "a=1"))),
    ],
)
def test_what_an_extended_connect_can_say_exists_over_http2(connect):
    assert exists_over_http2(asking(connect))


@pytest.mark.parametrize(
    "connect",
    [
        Connect(request=b"GET / HTTP/1.1\r\n\r\n"),
        Connect(method="POST"),
        Connect(key=None),
        Connect(upgrade="WebSocket"),
        Connect(connection=None),
        Connect(host=None),
        Connect("http://127.0.0.1/absolute"),
        Connect(headers=(("host", "example.org"),)),
        Connect(headers=(("sec-websocket-key", "a"),)),
        Connect(headers=(("transfer-encoding", "chunked"),)),
        Connect(headers=(("X-Mixed", "a"),)),
        Connect(headers=(("x a", "a"),)),
        Connect(headers=(("x-a", " a"),)),
        Connect(headers=(("x-a", "a\t"),)),
        Connect(headers=(("x-a", "a\r\nb"),)),
        Connect(headers=(("x-a", "a\0b"),)),
        Connect(headers=(("cookie", "a=1"), ("cookie", "b=2"))),
    ],
)
def test_what_only_http1_can_say_does_not(connect):
    assert not exists_over_http2(asking(connect))
    second = replace(OPEN, client=(Connect(), Watch(2), connect))
    assert not exists_over_http2(second)


def test_nor_does_what_is_asked_of_http1_alone():
    assert not exists_over_http2(asking(Connect(), headers=("sec-websocket-accept",)))
    assert not exists_over_http2(asking(Connect(), source="RFC 9112, section 3"))
    assert exists_over_http2(asking(Connect(), source="RFC 9110, section 5.4"))


def test_a_server_over_http2_is_concerned_by_what_exists_there():
    plain, streams = SERVERS["hypercorn"], SERVERS["hypercorn-http2"]
    missing = [it for it in SCENARIOS.values() if not exists_over_http2(it)]
    assert missing
    for scenario in SCENARIOS.values():
        expected = plain.concerns(scenario) and scenario not in missing
        assert streams.concerns(scenario) is expected


@pytest.mark.parametrize("name", ["hypercorn", "anycorn"])
def test_a_column_over_http2_names_the_packages_that_decide_there(name):
    streams = column(f"{name}-http2")
    assert list(streams.versions()) == [name, "wsproto", "h2"]
    assert COLUMNS[streams.name].title == f"{SERVERS[name].title}, HTTP/2"


@pytest.mark.parametrize(
    ("rule", "version", "client", "verdict"),
    [
        (ENDS, "HTTP/2", ("HTTP 200", "END_STREAM"), True),
        (ENDS, "HTTP/2", ("HTTP 204", "RST_STREAM INTERNAL_ERROR"), True),
        (ENDS, "HTTP/2", ("HTTP 200", "TCP FIN"), False),
        (ENDS, "HTTP/2", ("HTTP 200", "TCP reset"), False),
        (ENDS, "HTTP/2", ("HTTP 200", "GOAWAY NO_ERROR", "open after 5 s"), False),
        (ENDS, "HTTP/2", ("HTTP 200", "open after 5 s"), False),
        (ENDS, "HTTP/2", ("HTTP 302", "END_STREAM"), False),
        (ENDS, "HTTP/1.1", ("HTTP 200", "FIN"), False),
        (ENDS, "HTTP/1.1", ("HTTP 101", "FIN"), True),
        (REFUSED, "HTTP/2", ("HTTP 400", "END_STREAM"), True),
        (REFUSED, "HTTP/2", ("HTTP 200", "END_STREAM"), False),
    ],
)
def test_an_outcome_over_http2_is_judged_by_what_stands_for_it(
    rule, version, client, verdict
):
    assert conforms(replace(OPEN, rule=rule), seen(version, *client)) is verdict


@pytest.mark.parametrize(
    ("version", "named", "verdict"),
    [
        ("HTTP/1.1", "'1.1'", True),
        ("HTTP/1.1", "(absent)", True),
        ("HTTP/1.1", "'2'", False),
        ("HTTP/2", "'2'", True),
        ("HTTP/2", "'1.1'", False),
        ("HTTP/2", "(absent)", False),
    ],
)
def test_the_scope_has_to_name_the_version_that_was_spoken(version, named, verdict):
    outcome = seen(version, "HTTP 101", application=(f"http_version: {named}",))
    assert conforms(SCENARIOS["scope-http-version"], outcome) is verdict


def test_what_does_the_same_over_both_compares_as_equal():
    tcp = seen("HTTP/1.1", "HTTP 101", "close 1000", "FIN")
    stream = seen("HTTP/2", "HTTP 200", "close 1000", "END_STREAM")
    assert stream.views != tcp.views
    assert as_over_tcp(stream).views == as_over_tcp(tcp).views == tcp.views


@pytest.mark.parametrize(
    ("client", "words"),
    [
        (("HTTP 200", "close 1000", "END_STREAM"), "close 1000"),
        (("HTTP 200", "END_STREAM"), "no close frame, END_STREAM"),
        (("HTTP 200", "close 1011", "TCP FIN"), "close 1011; TCP FIN"),
        (("HTTP 200", "RST_STREAM CANCEL"), "RST_STREAM CANCEL"),
        (("HTTP 200",), "HTTP 200"),
        (("HTTP 403", "body 'no'", "END_STREAM"), "HTTP 403"),
    ],
)
def test_a_cell_over_http2_is_told_in_its_own_words(client, words):
    assert client_words(seen("HTTP/2", *client)) == words
