"""`wslab trace show`: the connections of a recording."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from wslab.cli.output import abandon
from wslab.cli.trace.narrowing import Narrowed, Narrowing
from wslab.cli.trace.recording import NoRecording, read, recorded_app
from wslab.cli.trace.replay import view as replay
from wslab.cli.trace.views import on_page, shown
from wslab.trace.watch import News, View


def run(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Show the recording that the words name.

    Raises:
        NoRecording: It can't be read or shown, and the text says why.
    """
    if len(words) != 1 or words[0].startswith("-"):
        raise NoRecording(f"show takes one file, not {' '.join(words) or 'none'}")
    if options.out:
        raise NoRecording("show reads a recording: --out has no place there")
    path = Path(words[0])
    if options.web is not None:
        return _show_on_page(options, path)
    view = _as_test(options, path) if options.as_test else shown(options, sys.stdout)
    narrowed = Narrowed(view, Narrowing.of(options))
    try:
        _tell(narrowed, path)
        narrowed.close()
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon(sys.stdout)
        raise NoRecording(f"the output can't be written: {error.strerror}") from None
    return 0


def _as_test(options: argparse.Namespace, path: Path) -> View:
    """Return the view that writes a test of what was recorded."""
    app = recorded_app(path)
    replay.check(options.as_test, app)
    return replay.view(options.as_test, app)


def _show_on_page(options: argparse.Namespace, path: Path) -> int:
    """Show a recording on a page until Ctrl-C."""
    view = on_page(options, recorded_app(path) or path.name)
    try:
        _tell(view, path)
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        view.close()
    return 0


def _tell(view: View, path: Path) -> None:
    for trace in read(path):
        view.show([News(it, it) for it in trace.connections], trace.left_out)
