"""`wslab trace --proxy`: the wire of a server that runs elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import TextIO

from wslab.cli.output import abandon, reserved_output
from wslab.cli.trace import recording
from wslab.cli.trace.replay import view as replay
from wslab.cli.trace.views import bounds, interval, views_of
from wslab.kernel.stacks import described
from wslab.trace.recorder import Recorder
from wslab.trace.taps.proxy import Proxy, Upstream
from wslab.trace.watch import Watch

PORT = 8001
"""The port that is taken unless it is asked for another, or is not free."""


def run(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Stand in front of the server `--proxy` names until Ctrl-C; return the status.

    Raises:
        NoRecording: The file to record into can't be written, or a test is asked for.
        SystemExit: With 2, after a message, for words that are no place to listen at.
    """
    place = _parser().parse_args(words)
    try:
        upstream = Upstream.parse(options.proxy)
    except ValueError as error:
        _tell(f"--proxy: {error}")
        return 2
    if options.as_test:
        replay.check(options.as_test, options.proxy)
    if options.out:
        recording.check(options.out)
    recorder = Recorder(bounds(options))
    proxy = Proxy(upstream, recorder.connect, _tell)
    try:
        asyncio.run(_serve(proxy, recorder, options, place))
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        _tell(f"can't listen at {place.host}: {error.strerror or error}")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    """Return the parser of what uvicorn's own options are without a proxy."""
    parser = argparse.ArgumentParser("wslab trace --proxy URL", add_help=False)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int)
    return parser


async def _serve(
    proxy: Proxy,
    recorder: Recorder,
    options: argparse.Namespace,
    place: argparse.Namespace,
) -> None:
    port = await _listen(proxy, place.host, place.port)
    if options.out:
        recording.create(options.out)
    host = f"[{place.host}]" if ":" in place.host else place.host
    _tell(f"connect to ws://{host}:{port} in place of {options.proxy}; Ctrl-C ends it")
    output = reserved_output() if options.json else sys.stdout
    watch = Watch(
        recorder,
        views_of(options, output, options.proxy),
        interval(options),
        bounds(options),
        failed=lambda error: _failed(error, output),
    )
    watch.start()
    try:
        await asyncio.Event().wait()
    finally:
        await proxy.stop()
        watch.stop()


async def _listen(proxy: Proxy, host: str, port: int | None) -> int:
    """Listen at the port that was asked for, or else at `PORT` or a free one."""
    try:
        return await proxy.start(host, PORT if port is None else port)
    except OSError:
        if port is not None:
            raise
        return await proxy.start(host, 0)


def _failed(error: Exception, output: TextIO) -> None:
    """Say that a view has failed; without a reader, end the command quietly."""
    if isinstance(error, BrokenPipeError):
        abandon(output)
        os.kill(os.getpid(), signal.SIGINT)
    else:
        _tell(f"a view failed; the proxy goes on: {described(error)}")


def _tell(sentence: str) -> None:
    print(f"wslab trace: {sentence}", file=sys.stderr, flush=True)
