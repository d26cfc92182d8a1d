"""`wslab trace`: what the connections of an application do, and why they end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from wslab.cli.output import abandon
from wslab.cli.trace import proxy, show
from wslab.cli.trace.recording import NoRecording


def run(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Do what the words say: `show FILE`, or an application; or stand as a proxy.

    Returns the exit status.

    Args:
        options: The command's own.
        words: All other arguments, in their order.

    Raises:
        SystemExit: With uvicorn's status, after its message.
    """
    if options.web is not None:
        from wslab.cli.trace.web.view import take_place  # uvicorn serves the page

        try:
            take_place(options)
        except OSError as error:
            print(f"wslab trace: {error}", file=sys.stderr)
            return 2
    try:
        if words[:1] == ["show"]:
            return show.run(options, words[1:])
        if options.proxy:
            return proxy.run(options, words)
        from wslab.cli.trace import server  # which uvicorn is

        return server.run(options, words)
    except BrokenPipeError:
        abandon(sys.stdout)
        return 0
    except NoRecording as error:
        print(f"wslab trace: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
