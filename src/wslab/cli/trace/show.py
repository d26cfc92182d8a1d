"""`wslab trace show`: the connections of a recording."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from wslab.cli.trace.narrowing import Narrowed, Narrowing
from wslab.cli.trace.recording import NoRecording, read
from wslab.cli.trace.views import shown
from wslab.trace.watch import News


def run(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Show the recording that the words name.

    Raises:
        NoRecording: It can't be shown, and the text says why.
    """
    if len(words) != 1 or words[0].startswith("-"):
        raise NoRecording(f"show takes one file, not {' '.join(words) or 'none'}")
    if options.out:
        raise NoRecording("show reads a recording: --out has no place there")
    view = Narrowed(shown(options, sys.stdout), Narrowing.of(options))
    for trace in read(Path(words[0])):
        view.show([News(it, it) for it in trace.connections], trace.left_out)
    view.close()
    return 0
