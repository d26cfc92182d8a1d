"""`wslab atlas`: measure the servers, and read what was measured."""

from __future__ import annotations

import argparse
import io
import signal
import sys
from collections.abc import Callable, Iterator

from wslab.atlas import store
from wslab.atlas.history.environments import EnvironmentFailed
from wslab.atlas.servers.process import ServerFailed
from wslab.cli.atlas import check, history, measure, read
from wslab.cli.atlas.names import WrongName
from wslab.cli.output import abandon


def run(options: argparse.Namespace) -> int:
    """Do what a subcommand of `wslab atlas` says, and return the exit status."""
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": measure.run,
        "history": history.run,
        "diff": read.diff,
        "show": read.show,
        "list": read.list_,
        "check": check.run,
    }
    if isinstance(sys.stdout, io.TextIOWrapper):  # which may know no lines of boxes
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = commands[options.atlas](options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # who read the output wanted no more
        abandon(sys.stdout)
        return 128 + signal.SIGPIPE
    except (WrongName, store.NoSuchData, ValueError, OSError) as error:
        print(f"wslab atlas: {error}", file=sys.stderr)
        return 2
    except EnvironmentFailed as error:
        print(f"wslab atlas: {error}", file=sys.stderr)
        return 1
    except ExceptionGroup as group:
        for failure in dict.fromkeys(map(str, _leaves(group))):
            print(f"wslab atlas: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; every server is stopped", file=sys.stderr)
        return 130


def _leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    """Yield the servers that failed; another exception is a fault of ours.

    Raises:
        ExceptionGroup: There is such another.
    """
    failed, others = group.split(ServerFailed)
    if others is not None:
        raise others
    for failure in failed.exceptions if failed else ():
        if isinstance(failure, ExceptionGroup):
            yield from _leaves(failure)
        else:
            yield failure
