"""A real kernel to run cells in, and the applications that the tests serve."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wslab.live import LiveLoop

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient

ON_BOTH_NETWORKS = (
    "test_line.py",
    "test_log.py",
    "test_serve.py",
    "test_serve_lifespan.py",
    "test_serve_stop.py",
)


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run what serves over TCP from threads, and in memory on one loop.

    A test that is marked `threads(reason)` shows what needs a thread.
    """
    threads = {"threads": asyncio.new_event_loop}
    if item.path.name not in ON_BOTH_NETWORKS or item.get_closest_marker("threads"):
        return threads
    return threads | {"memory": LiveLoop}


@dataclass
class Cell:
    """What a front end would show under a cell, and what it could show nowhere."""

    stdout: str = ""
    stderr: str = ""
    result: str = ""
    error: str = ""
    elsewhere: list[str] = field(default_factory=list)


class Kernel:
    """An ipykernel process, driven by its messages as a front end drives it."""

    def __init__(self) -> None:
        from jupyter_client.manager import KernelManager  # which a page lacks

        # Sockets in a folder of its own: ports, or sockets in the working directory,
        # are chosen before they are bound, and another worker's kernel may be faster.
        self._sockets = tempfile.TemporaryDirectory()
        self.manager = KernelManager(
            transport="ipc", ip=str(Path(self._sockets.name, "kernel"))
        )
        self.manager.start_kernel(stderr=subprocess.DEVNULL)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels(hb=False)
        self.client.wait_for_ready(timeout=60)

    @property
    def pid(self) -> int:
        return int(self.manager.provisioner.pid)

    def send(self, source: str, cell_id: str | None = None) -> str:
        """Queues a cell; the identifier of its request."""
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        metadata = {"cellId": cell_id} if cell_id else {}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def output(self, request: str, timeout: float = 60) -> Cell:
        """Waits for the end of a cell and collects its output."""
        cell, deadline = Cell(), time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            message = self.client.get_iopub_msg(timeout=max(left, 0))
            own = message["parent_header"].get("msg_id") == request
            if own and message["content"].get("execution_state") == "idle":
                return cell
            _collect(cell, message["msg_type"], message["content"], own)

    def run(self, source: str, cell_id: str | None = None) -> Cell:
        """Runs a cell to its end."""
        return self.output(self.send(source, cell_id))

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.context.destroy()
        self._sockets.cleanup()


def _collect(cell: Cell, kind: str, content: dict[str, Any], own: bool) -> None:
    if kind == "stream" and own:
        setattr(cell, content["name"], getattr(cell, content["name"]) + content["text"])
    elif kind == "stream":
        cell.elsewhere.append(content["text"])
    elif kind == "execute_result":
        cell.result = content["data"]["text/plain"]
    elif kind == "error":
        cell.error = f"{content['ename']}: {content['evalue']}"


@pytest.fixture(scope="session")
def shared_kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.stop()


@pytest.fixture
def kernel(shared_kernel: Kernel) -> Iterator[Kernel]:
    """A kernel without servers; one process for all tests that leave it usable."""
    yield shared_kernel
    left = shared_kernel.run(
        "import gc, wslab.lab\n"
        "for each in gc.get_objects():\n"
        "    if issubclass(type(each), wslab.lab.Server) and each.running:\n"
        "        await each.stop()"
    )
    assert not left.error


@pytest.fixture
def own_kernel() -> Iterator[Kernel]:
    """A kernel that the test may end."""
    kernel = Kernel()
    yield kernel
    kernel.stop()
