"""The lines that two runs are compared by."""

import pytest

from wslab.atlas.views import (
    application_line,
    body_of,
    client_view,
    has_doubtful_silence,
    matches,
    normal,
)
from wslab.trace.model import ApplicationEvent, Frame, GoAway, Head, Opcode, TcpEnd

HEAD = Head("server", "HTTP/1.1 101 Switching Protocols", (("x-one", "1"),), 0)


def frame(opcode, payload=b"", *, fin=True, size=None):
    size = len(payload) if size is None else size
    return Frame("server", opcode, fin, False, False, size, payload, size, None)


def seen(*events, **options):
    return client_view([(0.0, event) for event in events], **options)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (HEAD, "HTTP 101"),
        (frame(Opcode.TEXT, b"hello"), "text 'hello'"),
        (frame(Opcode.TEXT, b"he", fin=False), "text 'he' FIN=0"),
        (frame(Opcode.TEXT, b""), "text ''"),
        (frame(Opcode.BINARY, b""), "binary b''"),
        (frame(Opcode.BINARY, b"\x00\xff"), r"binary b'\x00\xff'"),
        (
            frame(Opcode.TEXT, b"a" * 128, size=65536),
            f"text '{'a' * 40}…' (65536 bytes)",
        ),
        (frame(Opcode.PING), "ping"),
        (frame(Opcode.PONG, b"x"), "pong b'x'"),
        (frame(Opcode.CLOSE), "close without a code"),
        (frame(Opcode.CLOSE, b"\x03\xe8"), "close 1000"),
        (frame(Opcode.CLOSE, b"\x03\xf3why"), "close 1011 'why'"),
        (
            frame(Opcode.CLOSE, b"\x03\xf3" + b"a" * 123),
            f"close 1011 '{'a' * 40}…' (123 bytes)",
        ),
        (frame(0x3, b"x"), "opcode 0x3 b'x'"),
        (TcpEnd("server", "FIN"), "FIN"),
        (TcpEnd("server", "reset"), "reset"),
        (TcpEnd("server", "TCP FIN"), "TCP FIN"),
        (TcpEnd("server", "END_STREAM"), "END_STREAM"),
        (TcpEnd("server", "RST_STREAM CANCEL"), "RST_STREAM CANCEL"),
        (GoAway("server", "NO_ERROR"), "GOAWAY NO_ERROR"),
        (GoAway("client", "PROTOCOL_ERROR"), "breaks HTTP/2: PROTOCOL_ERROR"),
    ],
)
def test_what_the_server_put_on_the_wire_is_a_line(event, line):
    assert seen(event) == (line,)


def test_what_the_client_did_itself_is_no_part_of_what_it_saw():
    assert seen(TcpEnd("client", "FIN"), HEAD) == ("HTTP 101",)


def test_a_header_is_shown_where_the_scenario_asks_for_it():
    assert seen(HEAD, headers=("x-one", "x-two")) == ("HTTP 101", "x-one: 1")


def test_a_control_character_of_a_header_is_shown_as_python_writes_it():
    head = HEAD._replace(headers=(("x-one", "a\x1b[31mé"),))
    assert seen(head, headers=("x-one",)) == ("HTTP 101", r"x-one: a\x1b[31mé")


@pytest.mark.parametrize("silence", [4.06, 4.5, 5.01, 5.6])
def test_a_coarse_timers_silences_are_one_line(silence):
    end = TcpEnd("server", "reset")
    late = client_view([(0.0, HEAD), (silence, end)])
    assert late == ("HTTP 101", "about 5 s later", "reset")


def test_a_silence_of_seconds_is_part_of_what_a_server_does():
    close = frame(Opcode.CLOSE, b"\x03\xe8")
    assert client_view([(0.0, HEAD), (1.0, close)]) == ("HTTP 101", "close 1000")
    late = client_view([(0.0, HEAD), (2.9, close)])
    assert late == ("HTTP 101", "about 3 s later", "close 1000")


def test_a_line_that_is_repeated_often_says_how_often():
    few, many = [frame(Opcode.TEXT, b"a")] * 3, [frame(Opcode.TEXT, b"b")] * 40
    assert seen(*few, *many) == (*["text 'a'"] * 3, "text 'b', 40 times")


def test_pings_are_one_line_and_do_not_end_a_silence():
    pong = Frame("client", Opcode.PONG, True, True, False, 4, b"rand", 4, None)
    alive = [(at, event) for at in (1.0, 2.0) for event in (frame(Opcode.PING), pong)]
    end = (3.0, TcpEnd("server", "FIN"))
    assert client_view([(0.0, HEAD), *alive, end]) == (
        "HTTP 101",
        "ping",
        "about 3 s later",
        "FIN",
    )


def test_a_client_that_waited_in_vain_says_how_long():
    assert seen(HEAD, waited=5.02) == ("HTTP 101", "open after 5 s")
    assert seen(waited=4.9) == ("nothing for 5 s",)


def test_the_body_of_a_refusal_follows_its_head():
    head = Head("server", "HTTP/1.1 403 Forbidden", (), 0)
    end = TcpEnd("server", "FIN")
    assert seen(head, end, body=b"no") == ("HTTP 403", "body 'no'", "FIN")


@pytest.mark.parametrize(
    ("received", "body"),
    [
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno", b"no"),
        (
            b"HTTP/1.1 403 F\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
            b"no",
        ),
        (b"HTTP/1.1 403 Forbidden\r\n\r\nto the end", b"to the end"),
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 9\r\n\r\ncut", b"cut"),
        (b"HTTP/1.1 101 Switching\r\n\r\n\x88\x00", b""),
        (b"\x00\x01", b""),
        (b"", b""),
    ],
)
def test_the_body_of_a_response_is_found(received, body):
    assert body_of(received) == body


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (("websocket.connect", "server"), "receives connect"),
        (("websocket.receive", "server", "a", 1), "receives 'a'"),
        (("websocket.receive", "server", b"", 0), "receives b''"),
        (("websocket.send", "application", "a", 1), "sends 'a'"),
        (("websocket.send", "application"), "sends a message of neither kind"),
        (("websocket.close", "application", None, None, 1000), "sends close 1000"),
        (
            ("websocket.disconnect", "server", None, None, 1006, "gone"),
            "receives disconnect 1006 'gone'",
        ),
        (("returned", "application"), "returns"),
    ],
)
def test_an_event_of_the_application_is_a_line(event, line):
    assert application_line(ApplicationEvent(*event)) == line


def test_an_exceptions_addresses_and_ports_are_left_out():
    detail = "OSError: ('127.0.0.1', 40123) at 0x7f74a586cd60"
    event = ApplicationEvent("raised", "application", detail=detail)
    assert "40123" not in application_line(event)
    assert "7f74a586cd60" not in application_line(event)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("['127.0.0.1', 43210]", "['127.0.0.1', PORT]"),
        ("['127.0.0.1', '43210']", "['127.0.0.1', 'PORT']"),
        ("['203.0.113.7', 0]", "['203.0.113.7', 0]"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:PORT/a"),
        ("[b'content-length', b'43210']", "[b'content-length', b'43210']"),
    ],
)
def test_what_an_application_wrote_has_no_numbers_of_ports(text, shown):
    assert normal(text) == shown


def test_a_pattern_stands_for_alternatives():
    assert matches("close 1011 'x'", "FIN|close 1011*")
    assert not matches("close 1000", "FIN|close 1011*")


@pytest.mark.parametrize(
    ("lines", "doubtful"),
    [
        (["HTTP 101", "about 2 s later", "close 1000"], True),
        (["HTTP 101", "about 5 s later", "FIN"], False),
        (["about 5 s later", "HTTP 101", "FIN"], True),
        (["nothing for 10 s"], False),
        ([], False),
    ],
)
def test_a_silence_that_is_short_or_comes_first_may_be_the_machines(lines, doubtful):
    assert has_doubtful_silence(lines) is doubtful
