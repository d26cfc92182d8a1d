"""Running an application as uvicorn would, while a watch looks at it."""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, TextIO

import click
import uvicorn
from uvicorn.config import LOGGING_CONFIG, STARTUP_FAILURE
from uvicorn.main import main as command
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.supervisors import ChangeReload

from wslab.cli.output import abandon, reserved_output
from wslab.cli.termination import sigterm_interrupts
from wslab.cli.trace import recording
from wslab.cli.trace.replay import view as replay
from wslab.cli.trace.views import bounds, interval, views_of
from wslab.trace.elsewhere import LogsElsewhere
from wslab.trace.recorder import Recorder
from wslab.trace.watch import Watch

logger = logging.getLogger("uvicorn.error")


class TracedConfig(uvicorn.Config):
    """A configuration whose application and connections are recorded.

    It can be pickled until it is loaded, so that a reloader can hand it on.
    """

    logs: LogsElsewhere
    recorder: Recorder

    def __init__(self, options: argparse.Namespace, **arguments: Any) -> None:
        """Take the command's options, and what `uvicorn.Config` takes."""
        super().__init__(**arguments)
        self.options = options

    @property
    def name(self) -> str:
        """The application, as "module:app" or "module:create()"."""
        return f"{self.app}()" if self.factory else str(self.app)

    def load(self) -> None:
        """Load, and put the recorder between.

        The application is recorded behind uvicorn's own middleware for proxies, so that
        a client has the address that the application sees.
        """
        super().load()
        self.logs = LogsElsewhere(bounds(self.options))
        self.recorder = Recorder(bounds(self.options), self.logs)
        loaded: Any = self.loaded_app
        if isinstance(loaded, ProxyHeadersMiddleware):
            proxied: Any = loaded
            proxied.app = self.recorder.application(proxied.app)
        else:
            self.loaded_app = self.recorder.application(loaded)
        protocol: Any = self.recorder.protocol(self.http_protocol_class)
        self.http_protocol_class = protocol


class TracedServer(uvicorn.Server):
    """A server that a watch looks at from its start until its loop has ended."""

    config: TracedConfig
    watch: Watch | None = None
    output: TextIO

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start up, then watch."""
        await super().startup(sockets)
        options = self.config.options
        if options.out and not self.config.should_reload:
            recording.create(options.out)
        self.output = reserved_output() if options.json else sys.stdout
        self.watch = Watch(
            self.config.recorder,
            views_of(options, self.output, self.config.name),
            interval(options),
            bounds(options),
            failed=self._failed,
        )
        self.watch.start()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve; then, whatever ended it, look once more."""
        try:
            super().run(sockets)
        finally:
            if self.watch is not None:
                self.watch.stop()
            if self.config.loaded:
                self.config.logs.close()

    def run_in_child(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve in a process that a reloader ends by SIGTERM."""
        with sigterm_interrupts():
            self.run(sockets)

    def _failed(self, error: Exception) -> None:
        """Say that a view has failed; without a reader, end the command quietly."""
        if not isinstance(error, BrokenPipeError):
            fault = None if isinstance(error, OSError) else error
            logger.error("a view failed; the server goes on: %s", error, exc_info=fault)
            return
        abandon(self.output)
        process = multiprocessing.parent_process() or multiprocessing.current_process()
        os.kill(process.pid or os.getpid(), signal.SIGINT)


def run(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Serve until Ctrl-C, as uvicorn's own command does; return the exit status.

    Raises:
        NoRecording: A file can't be written.
        SystemExit: With uvicorn's status, after its message.
    """
    try:
        arguments = _arguments(words)
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    if arguments["env_file"] and find_spec("dotenv") is None:
        print(NO_DOTENV, file=sys.stderr)
        return 1
    config = TracedConfig(options, **arguments)
    if config.workers > 1:
        print(MANY_WORKERS, file=sys.stderr)
        return 2
    if options.as_test and config.should_reload:
        print(TEST_OF_MANY, file=sys.stderr)
        return 2
    if options.as_test:
        replay.check(options.as_test, config.name)
    if options.out:
        recording.check(options.out)
    return _serve(config)


MANY_WORKERS = """\
wslab trace: one process can be traced, not several: leave out --workers, and unset
WEB_CONCURRENCY"""

TEST_OF_MANY = """\
wslab trace: --as-test is written by the process that ends, and --reload ends one at \
each change: record with --out FILE, then `wslab trace show FILE --as-test TEST`"""

NO_DOTENV = """\
wslab trace: uvicorn reads --env-file with a package that is not installed: \
pip install python-dotenv"""


def _arguments(words: Sequence[str]) -> dict[str, Any]:
    """Return what uvicorn's command makes of its arguments for `uvicorn.Config`."""
    with command.make_context("wslab trace", list(words)) as context:
        given = dict(context.params)
    if (directory := given.pop("app_dir")) is not None:
        sys.path.insert(0, directory)
    for name in ("reload_dirs", "reload_includes", "reload_excludes"):
        given[name] = given[name] or None
    if given["log_config"] is None:
        given["log_config"] = LOGGING_CONFIG
    given["headers"] = [header.split(":", 1) for header in given["headers"]]
    return given


def _serve(config: TracedConfig) -> int:
    server = TracedServer(config)
    try:
        if config.should_reload:
            listener = config.bind_socket()
            if config.options.out:
                recording.create(config.options.out)
            ChangeReload(config, server.run_in_child, [listener]).run()
        else:
            config.load_app()  # a mistake in MODULE:APP ends here
            server.run()
    except KeyboardInterrupt:
        pass
    finally:
        if config.uds and os.path.exists(config.uds):
            os.remove(config.uds)
    return 0 if server.started or config.should_reload else STARTUP_FAILURE
