"""What it takes until a server answers: `serve(app)`, and uvicorn in a subprocess.

Both times run from the call to the first byte of the answer to a request. Wall-clock
time, since that is what somebody who runs a cell waits for.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ratios import Bar, alternate, report

from wslab.lab import serve

ROUNDS = 11
TIMEOUT = 30.0
APPLICATION = """\
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})
"""


def main() -> None:
    """Compare the two, and print the ratio beside its bar."""
    namespace: dict[str, object] = {}
    exec(APPLICATION, namespace)
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "application.py").write_text(APPLICATION)
        runs = {
            "uvicorn in a subprocess": lambda: subprocess_until_answer(directory),
            "serve(app)": lambda: asyncio.run(serve_until_answer(namespace["app"])),
        }
        figures = alternate(runs, ROUNDS)
    bar = Bar("serve(app)", "uvicorn in a subprocess", 0.1)
    report("From the start to the answer", figures, bar.base, "ms", 1000, [bar])


async def serve_until_answer(app: object) -> float:
    """Seconds until a server in this process answers."""
    begin = time.perf_counter()
    async with serve(app) as server:  # type: ignore[arg-type]
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert await reader.readexactly(8) == b"HTTP/1.1"
        seconds = time.perf_counter() - begin
        writer.close()
    return seconds


def subprocess_until_answer(directory: str) -> float:
    """Seconds until uvicorn's own command, started as a user starts it, answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "application:app"]
    options = ["--port", str(port), "--log-level", "warning"]
    begin = time.perf_counter()
    process = subprocess.Popen([*command, *options], cwd=directory)
    try:
        wait_for_answer(port, begin + TIMEOUT)
        return time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait(TIMEOUT)


def wait_for_answer(port: int, deadline: float) -> None:
    """Ask until there is an answer, every two milliseconds at most."""
    while time.perf_counter() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), TIMEOUT) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert client.recv(8) == b"HTTP/1.1"
                return
        except ConnectionRefusedError:
            time.sleep(0.002)
    raise TimeoutError("uvicorn does not answer")


if __name__ == "__main__":
    main()
