"""What a page's interpreter lacks or does otherwise, each with its reason."""

from __future__ import annotations

import asyncio
import builtins
import json
import json.decoder
import json.scanner
import socket
import time
from types import ModuleType
from typing import Any

from wslab.live.loop import LiveLoop
from wslab.live.network.addresses import resolve
from wslab.live.page import threads
from wslab.live.page.sockets import PageSocket


def complete(loop: LiveLoop) -> None:
    """Make the standard library work over a loop for as long as the page lives."""
    _sleep_by_turning(loop)
    parse_deep_json()
    _connect_in_memory(loop)
    _replace(builtins, input=_refuse_input)
    threads.complete(loop)


def _sleep_by_turning(loop: LiveLoop) -> None:
    # Pyodide's own waits in run_sync(), which never returns while another loop than its
    # is the running one; and a handler must go on while a cell sleeps.
    def sleep(seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        loop.block(asyncio.sleep(seconds))

    _replace(time, sleep=sleep)


def parse_deep_json() -> None:
    # The scanner in C recurses on the engine's stack, and '[' * 100_000 ends the
    # interpreter ("Maximum call stack size exceeded"); the one in Python raises
    # RecursionError, as it should be.
    scanner: Any = json.scanner
    _replace(scanner, make_scanner=scanner.py_make_scanner)
    _replace(json, _default_decoder=json.decoder.JSONDecoder())


def _connect_in_memory(loop: LiveLoop) -> None:
    # Emscripten's sockets reach nothing, and some calls of theirs end the interpreter;
    # its names resolve to made-up addresses.
    PageSocket.loop = loop

    def getaddrinfo(host: Any, port: Any, family: int = 0, *_: Any, **__: Any) -> Any:
        return resolve(host, port, family)

    _replace(socket, socket=PageSocket, getaddrinfo=getaddrinfo)


def _refuse_input(*_: object) -> str:
    # Pyodide's own asks JavaScript's prompt(), which a worker has not.
    raise RuntimeError("a page has no input(): write the text into the cell")


def _replace(module: ModuleType, **members: object) -> None:
    vars(module).update(members)
