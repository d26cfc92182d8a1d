"""What a fork server runs: it imports a server once, and forks for each process of it.

Started as `python -m wslab.atlas.servers.forks MODULE DESCRIPTOR PRELOAD...`. Over the
socket DESCRIPTOR come orders: in JSON the arguments for MODULE, with the descriptors of
its log and of its listener. A forked process goes on as `python -m MODULE` would. Lines
of JSON go back, with the `pid` of each process and the `status` that it ends with.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import runpy
import signal
import socket
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from multiprocessing.context import BaseContext
from types import FrameType

LISTENER = 3
"""The descriptor at which a process finds the socket that it is given."""

ORDER = 65536
"""Bytes of an order at most."""


class Forks:
    """The processes of one server; `orders()` returns in each of them."""

    def __init__(self, home: socket.socket) -> None:
        self._home = home
        self._running: set[int] = set()

    def orders(self) -> list[str]:
        """Fork for each order until the orders end.

        Returns:
            The arguments, in a forked process.

        Raises:
            SystemExit: The orders have ended. What still ran was killed.
        """
        signal.signal(signal.SIGCHLD, self._reap)
        while True:
            order, descriptors, _, _ = socket.recv_fds(self._home, ORDER, 2)
            if not order:
                self._kill()
                raise SystemExit
            # An end is told after its beginning, and never inside another line.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
            pid = os.fork()
            if not pid:
                os.setpgid(0, 0)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
                self._home.close()
                _take(descriptors)
                return list(json.loads(order))
            with suppress(OSError):  # it has done so itself, and may have ended
                os.setpgid(pid, pid)
            self._running.add(pid)
            self._tell(pid=pid)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            for descriptor in descriptors:
                os.close(descriptor)

    def _reap(self, number: int, frame: FrameType | None) -> None:
        # Another end may come while this one is told, and be told before it.
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                self._running.discard(pid)
                self._tell(pid=pid, status=os.waitstatus_to_exitcode(status))

    def _tell(self, **what: int) -> None:
        self._home.sendall(json.dumps(what).encode() + b"\n")

    def _kill(self) -> None:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for pid in self._running:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _take(descriptors: list[int]) -> None:
    """Print into the log, and have the listener, where there is one, at its number."""
    log, *listener = descriptors
    for own in (1, 2):
        os.dup2(log, own)
    for descriptor in listener:
        os.dup2(descriptor, LISTENER)
    os.closerange(LISTENER + len(listener), max(descriptors) + 1)


def _fork_workers() -> None:
    """Have a server fork the workers that it would spawn, which import all anew.

    Hypercorn and anycorn take theirs from multiprocessing's context "spawn". A worker
    finds what a spawned one finds, but for its name and what is imported already.
    """
    context = multiprocessing.get_context

    def forking(method: str | None = None) -> BaseContext:
        return context("fork" if method == "spawn" else method)

    multiprocessing.get_context = forking  # type: ignore[assignment]


def main(module: str, descriptor: str, *preload: str) -> None:
    """Import what is preloaded, and be the server's module in each process forked."""
    _fork_workers()
    with warnings.catch_warnings(action="ignore"):
        for name in ("wslab.atlas.subject", *preload):
            import_module(name)
    arguments = Forks(socket.socket(fileno=int(descriptor))).orders()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
