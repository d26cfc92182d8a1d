"""What `wslab trace --web` serves: to whom, how much, and for how long."""

import asyncio
import http.client
import json
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from wslab.cli.trace.options import with_port
from wslab.cli.trace.tally import Flow, Tally
from wslab.cli.trace.web.content import SHOWN, content
from wslab.cli.trace.web.detail import detail, event_id, event_of
from wslab.cli.trace.web.kept import Kept, Limits, Shelf
from wslab.cli.trace.web.stream import PAUSE
from wslab.cli.trace.web.summary import summary
from wslab.cli.trace.web.view import WebView
from wslab.trace.model import ApplicationEvent, Connection, Frame, Head, Opcode, TcpEnd
from wslab.trace.watch import News

from .traced import trace

TOKEN = "known-to-the-user"


def frame(payload: bytes, sender="client", message=0, **changes) -> Frame:
    made = Frame(
        sender=sender,
        opcode=Opcode.TEXT,
        fin=True,
        masked=sender == "client",
        compressed=False,
        length=len(payload),
        payload=payload,
        size=len(payload),
        message=message,
    )
    return made._replace(**changes)


def request(upgrade: bool = True) -> Head:
    headers = (("Upgrade", "websocket"),) if upgrade else ()
    return Head("client", "GET /room HTTP/1.1", headers, 0)


def connection(number=1, *events, over=True, upgrade=True) -> Connection:
    made = Connection.of([request(upgrade), *events], is_open=not over)
    times = tuple(0.5 * n for n in range(len(made.events)))
    return replace(made, number=number, times=times, began=1_000_000.0)


def news(*connections: Connection) -> list[News]:
    return [News(it, it) for it in connections]


def numbers(shelf: Shelf) -> list[int]:
    return [kept.connection.number for kept in shelf.since(0).changed]


@contextmanager
def viewing(*connections: Connection, limits=None) -> Iterator[WebView]:
    view = WebView("app:app", TOKEN, limits=limits)
    try:
        view.show(news(*connections), 0)
        yield view
    finally:
        view.close()


def asked(
    view, path="/", method="GET", token=None, **headers
) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers and the body of an answer to who knows the token."""
    address = urlsplit(view.address)
    path += f"?{address.fragment if token is None else token}"
    client = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    try:
        client.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            client.putheader(name, value)
        client.endheaders()
        answer = client.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        client.close()


# To whom


def test_only_the_page_itself_is_answered():
    with viewing(connection()) as view:
        port = urlsplit(view.address).port
        for path in ("/", "/changes", "/connections/1"):
            for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", ""):
                assert asked(view, path, Host=host)[0] == 403, (path, host)
            for origin in ("http://evil.example", "null", f"https://127.0.0.1:{port}"):
                assert asked(view, path, Origin=origin)[0] == 403, (path, origin)
        assert asked(view, Host=f"LOCALHOST:{port}")[0] == 200
        assert asked(view, Origin=f"http://127.0.0.1:{port}")[0] == 200


def test_what_is_traced_is_told_to_who_knows_the_token():
    paths = ("/changes", "/connections/1", "/connections/1/events/0", "/none")
    with viewing(connection(1, frame(b"secret"))) as view:
        for token in ("", "token=", "token=other", f"other={TOKEN}", "token=%FF"):
            for path in paths:
                status, _, body = asked(view, path, token=token)
                assert status == 403, (path, token)
                assert body.startswith(b"open the address that wslab trace printed")
            assert asked(view, "/trace.js", token=token)[0] == 200
        assert asked(view, "/connections/1")[0] == 200
        assert TOKEN.encode() not in asked(view)[2]


def test_it_listens_on_loopback_only():
    with viewing() as view, socket.socket() as other:
        assert urlsplit(view.address).hostname == "127.0.0.1"
        other.settimeout(30)
        with pytest.raises(ConnectionRefusedError):
            other.connect(("127.0.0.2", urlsplit(view.address).port))


def test_a_page_may_run_its_own_scripts_only():
    with viewing() as view:
        for path in ("/", "/trace.js", "/trace.css", "/icon.svg", "/none"):
            _, headers, _ = asked(view, path)
            policy = headers["content-security-policy"]
            assert "default-src 'none'; script-src 'self';" in policy
            assert "require-trusted-types-for 'script'" in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cross-origin-resource-policy"] == "same-origin"
        assert not re.search(rb"<script>|<style|https?://| on\w+=", asked(view)[2])


def test_nothing_can_be_changed_and_nothing_else_is_there():
    with viewing(connection()) as view:
        assert asked(view, method="POST")[0] == 405
        for path in ("/connections/2", "/connections/1/events/9", "/../view.py"):
            assert asked(view, path)[0] == 404, path


def test_a_port_that_is_taken_is_named():
    with viewing() as view:
        port = urlsplit(view.address).port
        with pytest.raises(OSError, match=f"can't have port {port} of 127.0.0.1"):
            WebView("app:app", TOKEN, port)


# How much


def test_the_latest_are_kept_and_of_these_the_ones_that_live():
    shelf = Shelf(Limits(websockets=3, others=1))
    shelf.add(news(connection(1, over=False), connection(2)), 0)
    before = shelf.since(0)
    assert (before.numbers, before.left_out) == (None, 0)
    shelf.add(news(connection(3), connection(4)), 5)
    after = shelf.since(before.version)
    assert sorted(after.numbers or ()) == [1, 3, 4]
    assert after.left_out == 6
    shelf.add(news(*(connection(n, upgrade=False) for n in (5, 6))), 0)
    assert numbers(shelf) == [1, 3, 4, 6]


def test_large_connections_are_fewer():
    shelf = Shelf(Limits(bytes=12_000))
    for number in range(1, 6):
        shelf.add(news(connection(number, frame(bytes(4_000)))), 0)
    assert numbers(shelf) == [4, 5]
    shelf.add(news(connection(6, frame(bytes(20_000)))), 0)
    assert numbers(shelf) == [6]


def test_messages_are_counted_though_events_are_left_out():
    first = connection(1, frame(b"abc"), frame(b"", opcode=Opcode.PING, message=None))
    later = replace(
        Connection.of([frame(b"abcde", message=9), frame(b"xy", "server", 4)]),
        left_out=12,
    )
    assert Tally().plus(first) == Tally(Flow(1, 3), Flow())
    assert Tally().plus(first).plus(later) == Tally(Flow(10, 8), Flow(5, 2), False)


def test_where_nobody_saw_the_wire_the_application_counts():
    events = [
        ApplicationEvent("websocket.connect", "server"),
        ApplicationEvent("websocket.receive", "server", "abc", 3),
        ApplicationEvent("websocket.send", "application", b"de", 2),
        ApplicationEvent("websocket.send", "application", b"f", 1),
    ]
    assert Tally().plus(Connection.of(events)) == Tally(Flow(1, 3), Flow(2, 3))


def test_a_summary_lasts_until_the_end_of_tcp():
    end = TcpEnd("client", "FIN")
    late = ApplicationEvent("returned", "application")
    it = connection(1, end, late)
    assert summary(Kept(it, Tally(), True, 0, 1))["duration"] == 0.5


def test_an_event_keeps_its_id_while_others_are_left_out():
    it = replace(connection(1, frame(b"a"), frame(b"b")), gap=1, left_out=7)
    assert [event_id(it, index) for index in range(3)] == [0, 8, 9]
    assert event_of(it, 9) == it.events[2]
    assert [event_of(it, lost) for lost in (1, 7, 10)] == [None] * 3
    rows = detail(Kept(it, Tally(), True, 0, 1))["rows"]
    assert [row["events"] for row in rows] == [[0], [8], [9]]
    assert [row["at"] for row in rows] == [0, 0.5, 1]


def test_json_is_indented_as_it_was_written():
    written = '{"a":1.10,"a":[ ],"\\u00e9, [":[1e400,{"b":"\\"x: {"}]}'
    forms = content(frame(written.encode()))["forms"]
    assert forms["json"] == (
        '{\n  "a": 1.10,\n  "a": [],\n  "\\u00e9, [": [\n    1e400,\n'
        '    {\n      "b": "\\"x: {"\n    }\n  ]\n}'
    )
    assert forms["text"] == written


@pytest.mark.parametrize("text", ["", "1", '"a"', "[1,", "[" * 100_000, "{} x"])
def test_what_is_no_object_or_array_of_json_is_text(text):
    assert "json" not in content(frame(text.encode()))["forms"]


def test_bytes_are_hexadecimal_and_text_where_they_are():
    forms = content(frame(b"\xff\x00a"))["forms"]
    assert forms == {"hex": f"00000000  {'ff 00 61':<23}  {'':<23}  ..a"}
    cut = content(frame("éé".encode()[:3], size=6))
    assert cut["forms"]["text"] == "é"
    assert (cut["kept"], cut["size"]) == (3, 6)


def test_a_long_payload_is_shown_in_part_and_saved_whole():
    whole = b"x" * (SHOWN + 5)
    with viewing(connection(1, frame(whole))) as view:
        shown = json.loads(asked(view, "/connections/1/events/1")[2])
        assert (shown["shown"], shown["kept"]) == (SHOWN, SHOWN + 5)
        _, headers, body = asked(view, "/connections/1/events/1/payload")
        assert body == whole
        assert headers["content-disposition"].startswith("attachment")


# For how long


class Reader:
    """A reader of the changes, with a socket of its own."""

    def __init__(self, view: WebView, last_id: str = "") -> None:
        address = urlsplit(view.address)
        self._socket = socket.create_connection((address.hostname, address.port), 30)
        begin = f"GET /changes?{address.fragment} HTTP/1.1"
        host = f"Host: 127.0.0.1:{address.port}"
        ask = f"{begin}\r\n{host}\r\nLast-Event-ID: {last_id}\r\n\r\n"
        self._socket.sendall(ask.encode())
        self._file = self._socket.makefile("r", encoding="utf-8", newline="\n")

    def message(self) -> dict:
        """The next message, and its id."""
        for line in self._file:
            if line.startswith("id: "):
                self.last_id = line.removeprefix("id: ").strip()
            if line.startswith("data: {"):
                return json.loads(line.removeprefix("data: "))
        raise EOFError

    def rest(self) -> str:
        return self._file.read()

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def test_changes_between_two_messages_are_told_once():
    with viewing(connection(1, over=False)) as view:
        begin = time.monotonic()
        reader = Reader(view)
        first = reader.message()
        assert [it["live"] for it in first["connections"]] == [True]
        for count in range(1, 400):
            frames = [frame(b"x", message=n) for n in range(count)]
            view.show(news(connection(1, *frames, over=False)), 0)
        view.show(news(connection(1), connection(2)), 0)
        told = 0
        while not any(it["number"] == 2 for it in reader.message()["connections"]):
            told += 1
        assert told <= (time.monotonic() - begin) / PAUSE + 1
        reader.close()


def test_who_comes_back_is_told_what_changed_meanwhile():
    with viewing(connection(1), connection(2)) as view:
        reader = Reader(view)
        assert len(reader.message()["connections"]) == 2
        reader.close()
        view.show(news(connection(3)), 0)
        again = Reader(view, reader.last_id)
        message = again.message()
        assert not message["new"]
        assert [it["number"] for it in message["connections"]] == [3]
        other = Reader(view, "other.7")
        assert other.message()["new"]
        again.close()
        other.close()


def test_a_reader_that_takes_nothing_holds_up_nobody():
    idle = []
    with viewing() as view:
        idle = [Reader(view) for _ in range(3)]
        for number in range(1, 1500):
            view.show(news(connection(number)), 0)
        reader = Reader(view)
        assert len(reader.message()["connections"]) == 1499
        reader.close()
    for it in idle:
        it.close()


def test_the_end_is_told_after_the_last_change():
    with viewing() as view:
        reader = Reader(view)
        reader.message()
        view.show(news(connection(1)), 0)
    rest = reader.rest()
    assert '"number": 1' in rest
    assert rest.index('"number": 1') < rest.index("event: end")
    reader.close()


def test_a_loop_that_is_blocked_does_not_freeze_the_page():
    async def blocked():
        with viewing(connection()) as view:
            assert asked(view)[0] == 200  # in this thread, whose loop does not turn

    asyncio.run(blocked())


# The command


@pytest.mark.parametrize(
    ("given", "parsed"),
    [
        ("--web app:app --port 9", "--web=0 app:app --port 9"),
        ("--web 8001 app:app", "--web 8001 app:app"),
        ("app:app --web", "app:app --web=0"),
    ],
)
def test_the_port_of_the_page_may_be_left_out(given, parsed):
    assert with_port(given.split()) == parsed.split()


class Page:
    def __init__(self, command) -> None:
        command.wait_for_text("the page is at ")
        said = "\n".join([*command.out, *command.err])
        (self.address,) = set(re.findall(r"the page is at (\S+)", said))


def shown(page) -> list[dict]:
    reader = Reader(page)
    connections = reader.message()["connections"]
    reader.close()
    return connections


def test_the_command_serves_a_page_and_a_recording_is_shown_on_one(tmp_path):
    recorded = tmp_path / "today.trace"
    words = ("--web", "--out", str(recorded), "app:app", "--port", "0")
    with trace(tmp_path, *words) as command:
        command.say("hello", path="/room")
        page = Page(command)
        reader = Reader(page)
        while not any(not it["live"] for it in reader.message()["connections"]):
            pass
        (one,) = shown(page)
        assert (one["path"], one["code"], one["fromClient"]["messages"]) == (
            "/room",
            1000,
            1,
        )
        assert command.end() == 0
        assert "event: end" in reader.rest()
        reader.close()
        assert "GET /changes" not in "\n".join([*command.out, *command.err])
    with trace(tmp_path, "show", str(recorded), "--web") as command:
        (again,) = shown(Page(command))
        assert {**again, "version": one["version"]} == one
        assert command.end(signal.SIGINT) == 0


def test_the_page_of_a_proxy_has_the_wire_of_the_server_behind(tmp_path):
    with trace(tmp_path, "app:app", "--port", "0", "--plain") as server:
        url = f"ws://127.0.0.1:{server.port}"
        with trace(tmp_path, "--proxy", url, "--port", "0", "--web") as command:
            page = Page(command)
            reader = Reader(page)
            assert reader.message()["app"] == url
            with connect(f"{command.front}/room", compression=None) as client:
                client.send("hello")
                assert client.recv() == "hello"
            while not any(not it["live"] for it in reader.message()["connections"]):
                pass
            reader.close()
            (one,) = shown(page)
            assert (one["path"], one["code"]) == ("/room", 1000)
            events = json.loads(asked(page, "/connections/1")[2])["events"]
            assert [it["kind"] for it in events if it["sender"] == "client"] == [
                "GET",
                "text",
                "close",
            ]
            assert {it["lane"] for it in events} == {"wire"}
            assert asked(page, "/connections/1/test.py")[0] == 404
            assert command.end() == 0
    assert command.text == ""
