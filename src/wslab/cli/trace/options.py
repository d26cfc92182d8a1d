"""The options of `wslab trace`: its own, beside which all of uvicorn's may stand."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

MIB = 1 << 20

DESCRIPTION = """\
Run an application as `uvicorn MODULE:APP` would, with any of uvicorn's options, and
show what each WebSocket connection does, on the wire and in the application, and why it
ended. Needs no change to the application. `wslab trace --proxy URL` stands in front of
any other server, and shows the wire. `wslab trace show FILE` shows a recording that
`--out FILE` made, narrowed by the same options.
"""

USAGE = """\
wslab trace [options] MODULE:APP [uvicorn's options]
       wslab trace [options] --proxy URL [--host HOST] [--port PORT]
       wslab trace show FILE [options]"""

EPILOG = """\
examples:
  wslab trace app:app --port 9000 --reload
  wslab trace --path '/chat/*' --only-failures app:app
  wslab trace --proxy ws://127.0.0.1:8000 --port 9000
  wslab trace --web app:app
  wslab trace --out today.trace app:app
  wslab trace show today.trace --only-failures
  wslab trace show today.trace --path /chat --as-test test_chat.py

`uvicorn --help` lists uvicorn's options. exit status: uvicorn's; 2 for a wrong argument
or file; 143 SIGTERM
"""

PATH = "only where the request's path, or path and query, is GLOB, as '/chat/*'"
CLIENT = "only of clients with this address, with or without a port; * for anything"
ONLY_FAILURES = "only what a client or the application sees fail, once it has ended"
WITH_HTTP = "connections, too, on which nobody asked for a WebSocket"
PLAIN = "a line for each event, and the ladder at the end (default if no terminal)"
JSON = "a JSON object a line, for programs; what the application prints goes to stderr"
WEB = """\
show them on a page of 127.0.0.1, at PORT or a free one, and write nothing here unless
--plain or --json asks for it"""
PAYLOADS = "keep up to 64 KiB of each message, not only its first 128 bytes"
PROXY = """\
stand in front of the server at URL, as ws://127.0.0.1:8000, instead of running an
application; listens at 127.0.0.1, port 8001 or a free one, unless --host and --port
say otherwise; the headers Host and Origin are passed on as clients send them"""
AS_TEST = """\
at the end write FILE, new, for pytest: it plays the clients' side again, and compares
what the server sends"""
OUT = """\
record into FILE what ends from now on, and show nothing, unless --plain or --json asks
for it"""
OUT_LIMIT = "stop recording before FILE has more than N MiB (default: 64)"


def add_options(command: argparse.ArgumentParser) -> None:
    """Give `wslab trace` its own options; all else that is given is uvicorn's."""
    command.add_argument("--proxy", metavar="URL", help=PROXY)
    narrowing = command.add_argument_group("which connections")
    narrowing.add_argument("--path", metavar="GLOB", help=PATH)
    narrowing.add_argument("--client", metavar="ADDRESS", help=CLIENT)
    narrowing.add_argument("--only-failures", action="store_true", help=ONLY_FAILURES)
    narrowing.add_argument("--with-http", action="store_true", help=WITH_HTTP)
    views = command.add_argument_group("how they are shown")
    form = views.add_mutually_exclusive_group()
    form.add_argument("--plain", action="store_true", help=PLAIN)
    form.add_argument("--json", action="store_true", help=JSON)
    views.add_argument(
        "--web", type=_port, nargs="?", const=0, metavar="PORT", help=WEB
    )
    views.add_argument("--payloads", action="store_true", help=PAYLOADS)
    views.add_argument("--as-test", type=Path, metavar="FILE", help=AS_TEST)
    views.add_argument("--out", type=Path, metavar="FILE", help=OUT)
    views.add_argument(
        "--out-limit", type=_mebibytes, metavar="N", default=64 * MIB, help=OUT_LIMIT
    )


def with_port(arguments: Sequence[str]) -> list[str]:
    """Return arguments in which a `--web` without a port takes no other word for it."""
    following = [*arguments, ""][1:]
    return [
        "--web=0" if word == "--web" and not after.isdecimal() else word
        for word, after in zip(arguments, following, strict=True)
    ]


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, 0 to 65535")
    return int(text)


def _mebibytes(text: str) -> int:
    """Return the bytes of a number of MiB."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of MiB, 1 or more")
    return int(text) * MIB
