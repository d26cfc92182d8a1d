"""HAProxy in front of a server of the lab."""

from __future__ import annotations

from pathlib import Path

from wslab.lab.programs.program import Start, StartingProgram
from wslab.lab.programs.proxy import Door, Proxy
from wslab.lab.server import Server

FILE = """\
defaults
    mode http
    timeout connect 5s

listen lab
    bind fd@{fd}{tls}
{text}
    server app 127.0.0.1:{app}
"""


def haproxy(
    server: Server,
    text: str,
    *,
    certificate: str | None = None,
    alpn: str | None = None,
) -> StartingProgram[Proxy]:
    """Start an HAProxy on a free port of 127.0.0.1, until the cell is run again.

    `proxy = await haproxy(server, text)`, or `async with`, as with `serve`.

    Args:
        server: the server behind it.
        text: lines of its section `listen`, such as time-outs and rules.
        certificate: the path of a file with a certificate and its key, for TLS.
        alpn: the protocols that it then offers, such as "h2,http/1.1"; None for what
            HAProxy does by itself.

    Raises:
        ProgramNotFound: HAProxy is not installed; raised by the `await`.
        ProgramFailed: HAProxy refuses this configuration; says why.
    """
    return StartingProgram(lambda: _proxy(server, text, _tls(certificate, alpn)))


def _tls(certificate: str | None, alpn: str | None) -> str:
    """Return what a line `bind` has about TLS."""
    if certificate is None:
        return ""
    path = Path(certificate).resolve()
    return f" ssl crt {path}" + (f" alpn {alpn}" if alpn else "")


def _proxy(server: Server, text: str, tls: str) -> Proxy:
    door = Door()
    return Proxy(_HAProxy(server.port, text, tls, door), door)


class _HAProxy:
    name = "haproxy"

    def __init__(self, app: int, text: str, tls: str, door: Door) -> None:
        self._app, self._text, self._tls, self._door = app, text, tls, door

    def prepare(self, folder: Path) -> Start:
        listening = self._door.listen()
        fd = listening.fileno()
        text = FILE.format(fd=fd, tls=self._tls, text=self._text, app=self._app)
        (folder / "haproxy.cfg").write_text(text)
        # A master and its worker, in the foreground: so it can be reloaded.
        return Start(["-W", "-db", "-f", "haproxy.cfg"], sockets=(listening,))

    def answers(self) -> bool:
        return self._door.answers()
