"""`wslab trace show`: the connections of a recording."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from wslab.cli.trace.narrowing import Narrowed, Narrowing
from wslab.cli.trace.recording import NoRecording, read
from wslab.cli.trace.views import on_page, shown
from wslab.trace.watch import News, View


def run(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Show the recording that the words name.

    Raises:
        NoRecording: It can't be shown, and the text says why.
    """
    if len(words) != 1 or words[0].startswith("-"):
        raise NoRecording(f"show takes one file, not {' '.join(words) or 'none'}")
    if options.out:
        raise NoRecording("show reads a recording: --out has no place there")
    if options.web is not None:
        return _show_on_page(options, Path(words[0]))
    view = Narrowed(shown(options, sys.stdout), Narrowing.of(options))
    _tell(view, Path(words[0]))
    view.close()
    return 0


def _show_on_page(options: argparse.Namespace, path: Path) -> int:
    """Show a recording on a page until Ctrl-C."""
    view = on_page(options, path.name)
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
