"""uvicorn with uvloop in a process of its own, one for each application."""

from __future__ import annotations

import importlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn


@dataclass(frozen=True)
class Server:
    """A server's port on 127.0.0.1, and its process."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return the seconds of processor time that its one busy thread has used."""
        nanoseconds = Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]
        return int(nanoseconds) / 1e9


@contextmanager
def serving(application: str, send_buffer: int | None = None) -> Iterator[Server]:
    """Serve `module:name` until the block ends. `send_buffer`: SO_SNDBUF in bytes."""
    with socket.socket() as listener:
        if send_buffer is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)  # the clients wait here until the server is up
        server = subprocess.Popen(
            [sys.executable, "-m", "load.server", application, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            cwd=Path(__file__).parent.parent,
        )
        try:
            yield Server(listener.getsockname()[1], server.pid)
        finally:
            server.kill()
            server.wait()


def main(application: str, listener: int) -> None:
    """Serve on an inherited socket."""
    module, _, name = application.partition(":")
    app = getattr(importlib.import_module(module), name)
    config = uvicorn.Config(
        app, loop="uvloop", log_level="error", ws_ping_interval=None, backlog=2048
    )
    with socket.socket(fileno=listener) as inherited:
        uvicorn.Server(config).run([inherited])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
