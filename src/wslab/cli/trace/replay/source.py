"""The pytest file: what connections did, as code that does it again and compares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wslab.cli.trace.replay.function import Function, comment
from wslab.cli.trace.replay.handshake import Secrets
from wslab.cli.trace.replay.script import unplayable
from wslab.trace.ladder.label import printable
from wslab.trace.model import Connection

PATIENCE = 5.0
"""Seconds to wait for what the server sends, beside the longest pause of the past."""

_HEAD = '''\
"""What connections did, to be done again: written by `wslab trace --as-test`.

Run it where the application can be imported, as by `python -m pytest FILE`. The fixture
`traced` comes with wslab: where a test fails, it shows what happened this time. Pauses
are not made again. What differs in each run, as a time or an id, is yours to loosen.
"""
'''

_HELPERS = {
    "received": '''
def received(client):
    """Return the next message, or how the connection was closed."""
    try:
        return client.recv(timeout=PATIENCE)
    except ConnectionClosed:
        return "closed", int(client.close_code), client.close_reason
    except TimeoutError:
        return "nothing", f"in {PATIENCE} seconds"
''',
    "cut": '''
def cut(message, length):
    """Return the beginning of a message, and how many bytes all of it has."""
    if isinstance(message, tuple):
        return message
    size = len(message.encode() if isinstance(message, str) else message)
    return message[:length], size
''',
    "status": '''
def status(url, **options):
    """Return the status that answers a handshake, 101 where it is accepted."""
    try:
        with connect(url, **options):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code
''',
}
"""Functions of the file; each stands in it where a test uses it."""


def as_test(connections: Sequence[Connection], app: str) -> str:
    """Return a pytest file that plays the clients' side of WebSockets again.

    Each connection is a test; those that were open at the same time are one together.
    It compares what the server sends: messages between the client's, the close code and
    reason, or the status of a refusal. What can't be played is said in comments.

    Args:
        connections: Whole ones, with whole payloads if possible: of what is longer, the
            test compares the beginning and the length.
        app: The application, as "module:app", or "module:create()" where a function
            returns it.
    """
    playable, comments = [], []
    for connection in connections:
        why = unplayable(connection)
        if why is None:
            playable.append(connection)
        else:
            title = f"Connection {connection.number}, {printable(connection.path)}"
            comments += ["", *comment("", f"{title}, is left out: {why}.")]
    secrets = Secrets()
    functions = [Function(group, secrets) for group in together(playable)]
    module, _, path = app.partition(":")
    name = re.split(r"[.(]", path)[0]
    expression = "app" + path.removeprefix(name)
    tests = [
        line for function in functions for line in ("", "", *function.lines(expression))
    ]
    uses = {name for function in functions for name in function.uses}
    head = [_HEAD]
    if tests:
        source = f"from {module} import {name}"
        head += [*_imports(uses), source if name == "app" else f"{source} as app"]
    if "received" in uses:
        wait = f"{_patience(playable):g}"
        head += ["", f"PATIENCE = {wait}  # seconds to wait for what the server sends"]
    if secrets.names:
        head += ["", "# Masked in the recording, and to be filled in:"]
        head += [f'{it} = "***"  # {place}' for it, place in secrets.names.items()]
    helpers = [f"\n{code.rstrip()}" for name, code in _HELPERS.items() if name in uses]
    return "\n".join([*head, *helpers, *tests, *comments, ""])


def _imports(uses: set[str]) -> Iterator[str]:
    standard = {"socket": "import socket"}
    standard["ExitStack"] = "from contextlib import ExitStack"
    found = [line for name, line in standard.items() if name in uses]
    yield from [*found, ""] if found else []
    errors = {"received": "ConnectionClosed", "status": "InvalidStatus"}
    used = [error for name, error in errors.items() if name in uses]
    if used:
        yield f"from websockets.exceptions import {', '.join(used)}"
    if "connect" in uses:
        yield "from websockets.sync.client import connect"
        yield ""


def _patience(connections: Sequence[Connection]) -> float:
    pauses = (
        later - earlier
        for connection in connections
        for earlier, later in zip(connection.times, connection.times[1:], strict=False)
    )
    return PATIENCE + round(max(pauses, default=0.0))


def together(connections: Sequence[Connection]) -> Iterator[list[Connection]]:
    """Yield connections in groups: one, or some that were open at the same time."""
    group: list[Connection] = []
    until = 0.0
    for connection in sorted(connections, key=lambda it: it.began or 0.0):
        began, times = connection.began, connection.times
        if group and (began is None or began >= until):
            yield group
            group, until = [], 0.0
        group.append(connection)
        if began is not None:
            last = float("inf") if connection.is_open else max(times, default=0.0)
            until = max(until, began + last)
    if group:
        yield group
