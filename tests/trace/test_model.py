"""What a connection's events say of it, over HTTP/1.1 and over HTTP/2."""

import pytest

from wslab.trace.model import Connection, Head, TcpEnd

UPGRADE = Head("client", "GET / HTTP/1.1", (), 0)
CONNECT = Head("client", "CONNECT / HTTP/2", ((":protocol", "websocket"),), 0)


@pytest.mark.parametrize(
    ("request_", "status", "end", "code"),
    [
        (UPGRADE, "HTTP/1.1 101 Switching Protocols", "FIN", 1006),
        (UPGRADE, "HTTP/1.1 200 OK", "FIN", None),
        (CONNECT, "HTTP/2 200", "END_STREAM", 1006),
        (CONNECT, "HTTP/2 200", "RST_STREAM CANCEL", 1006),
        (CONNECT, "HTTP/2 403", "END_STREAM", None),
        (CONNECT, "HTTP/2 101", "END_STREAM", None),
    ],
)
def test_1006_is_for_a_websocket_that_ends_without_a_close_frame(
    request_, status, end, code
):
    response = Head("server", status, (), 0)
    ended = Connection.of([request_, response, TcpEnd("server", end)])
    assert ended.close_code == code
    assert ended.closed_by == "server"
    assert Connection.of([request_, response], is_open=True).close_code is None


def test_a_head_knows_its_version():
    assert CONNECT.is_http2
    assert Head("server", "HTTP/2 200", (), 0).is_http2
    assert not UPGRADE.is_http2
    assert not Head("server", "HTTP/1.1 200 HTTP/2", (), 0).is_http2
