"""`wslab trace --proxy` shows the wire of a server that it did not start."""

import re
import socket
from contextlib import contextmanager
from threading import Thread

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import serve

from .traced import trace


@contextmanager
def server():
    """A server of the package websockets; gives its address."""

    def echo(connection):
        for message in connection:
            connection.send(message)

    with serve(echo, "127.0.0.1", 0) as it:
        thread = Thread(target=it.serve_forever)
        thread.start()
        host, port = it.socket.getsockname()
        try:
            yield f"ws://{host}:{port}"
        finally:
            it.shutdown()
            thread.join()


def test_the_ladder_of_a_server_elsewhere_has_its_wire(tmp_path):
    with server() as url, trace(tmp_path, "--proxy", url, "--port", "0") as command:
        with connect(f"{command.front}/chat?token=abc", compression=None) as client:
            client.send("hello")
            assert client.recv() == "hello"
        command.wait_for_text("Why: ")
        assert command.end() == 0
    assert "connection 1: /chat?token=*** from 127.0.0.1:" in command.text
    assert re.search(r'│ text "hello" · 5 B ─+→ │', command.text)
    assert re.search(r'│ ←─+ text "hello" · 5 B', command.text)
    assert len(command.err) == 1  # the address: Ctrl-C ends it without a word


def test_the_port_is_8001_or_a_free_one(tmp_path):
    with server() as url, trace(tmp_path, "--proxy", url) as first:
        there = first.front
        with trace(tmp_path, "--proxy", url) as second:
            assert second.front != there
            assert second.end() == 0
        assert first.end() == 0


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = ("--proxy", "ws://127.0.0.1:1", "--port", port)
        with trace(tmp_path, *words) as command:
            assert command.status() == 1
    (line,) = command.err
    assert line.startswith("wslab trace: can't listen at 127.0.0.1: ")
    assert "address already in use" in line


def test_a_server_that_is_not_there_is_named(tmp_path):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{nobody.getsockname()[1]}"
        with trace(tmp_path, "--proxy", url, "--port", "0") as command:
            with pytest.raises(InvalidStatus, match="502"):
                connect(command.front)
            said = f"no connection to {url.removeprefix('ws://')}: Connection refused"
            command.wait_for_text(said)
            command.wait_for_text("502 Bad Gateway")
            assert command.end() == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--proxy", "127.0.0.1:8000"], "is no address such as ws://127.0.0.1:8000"),
        (["--proxy", "ws://a/chat"], "has more than a host and a port"),
        (["--proxy", "ws://a", "app:app"], "unrecognized arguments: app:app"),
        (["--proxy", "ws://a", "--port", "x"], "invalid int value: 'x'"),
    ],
)
def test_what_is_no_place_for_a_proxy_is_refused_in_a_sentence(tmp_path, words, said):
    with trace(tmp_path, *words) as command:
        assert command.status() == 2
    assert said in command.err[-1]
