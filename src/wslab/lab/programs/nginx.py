"""nginx in front of a server of the lab."""

from __future__ import annotations

import os
from pathlib import Path

from wslab.lab.programs.program import Start, StartingProgram
from wslab.lab.programs.proxy import Door, Proxy
from wslab.lab.server import Server

FILE = """\
daemon off;
worker_processes 1;
pid nginx.pid;
{user}
events {{ }}

http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;

    upstream app {{ server 127.0.0.1:{app}; }}
{http}
    server {{
        listen 127.0.0.1:{port}{tls};
{text}
    }}
}}
"""


def nginx(
    server: Server, text: str, *, certificate: str | None = None, http: str = ""
) -> StartingProgram[Proxy]:
    """Start an nginx on a free port of 127.0.0.1, until the cell is run again.

    `proxy = await nginx(server, text)`, or `async with`, as with `serve`.

    Args:
        server: the server behind it, which `text` calls `http://app`.
        text: what stands in the block `server`: its `location` blocks, and so on.
        certificate: the path of a file with a certificate and its key, for TLS.
        http: what stands in the block `http`, before `server`, such as a `map`.

    Raises:
        ProgramNotFound: nginx is not installed; raised by the `await`.
        ProgramFailed: nginx refuses this configuration; says why.
    """
    return StartingProgram(lambda: _proxy(server, text, certificate, http))


def _proxy(server: Server, text: str, certificate: str | None, http: str) -> Proxy:
    door = Door()
    return Proxy(_Nginx(server.port, text, certificate, door, http), door)


class _Nginx:
    name = "nginx"

    def __init__(
        self, app: int, text: str, certificate: str | None, door: Door, http: str
    ) -> None:
        self._app, self._door, self._http = app, door, http
        self._tls = " ssl" if certificate else ""
        path = str(Path(certificate).resolve()) if certificate else ""
        keys = f"ssl_certificate {path};\nssl_certificate_key {path};\n"
        self._text = keys + text if certificate else text

    def prepare(self, folder: Path) -> Start:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        # Its workers would else be another user's, who may not enter the folder.
        user = "user root;" if root else ""
        port, app = self._door.port, self._app
        text = FILE.format(
            user=user,
            port=port,
            app=app,
            tls=self._tls,
            text=self._text,
            http=self._http,
        )
        (folder / "nginx.conf").write_text(text)
        listening = self._door.listen()
        arguments = ["-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
        # How nginx hands its sockets to a new nginx; so no port is taken meanwhile.
        inherited = {"NGINX": f"{listening.fileno()};"}
        return Start(arguments, inherited, (listening,))

    def answers(self) -> bool:
        return self._door.answers()
