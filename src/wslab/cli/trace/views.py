"""Which views the options ask for, and what is kept for them."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TextIO

from wslab.cli.trace import lines, plain, recording
from wslab.cli.trace.narrowing import Narrowed, Narrowing
from wslab.cli.trace.replay import view as replay
from wslab.trace.recording import Bounds
from wslab.trace.watch import View

LIVE = 0.25
"""Seconds between two looks for a terminal, where people look."""

PAYLOADS = 64 * 1024
"""Bytes of a message that `--payloads` keeps."""


def views_of(options: argparse.Namespace, stream: TextIO, app: str) -> list[View]:
    """Return the views that the options ask for, each told what these admit.

    Args:
        options: The command's own.
        stream: What is written to.
        app: What is traced, as "module:app".
    """
    narrowing = Narrowing.of(options)
    views: list[View] = []
    if is_shown(options):
        views.append(Narrowed(shown(options, stream, is_live=True), narrowing))
    if options.out:
        views.append(Narrowed(recording.view(options, app), narrowing))
    if options.as_test:
        views.append(Narrowed(replay.view(options.as_test, app), narrowing))
    if options.web is not None:
        views.append(on_page(options, app))
    return views


def on_page(options: argparse.Namespace, app: str) -> View:
    """Return the page, which hides by itself what is no WebSocket."""
    from wslab.cli.trace.web import view as web  # uvicorn serves nothing else here

    narrowing = replace(Narrowing.of(options), with_http=True)
    return Narrowed(web.view(options, app), narrowing)


def shown(options: argparse.Namespace, stream: TextIO, is_live: bool = False) -> View:
    """Return the view that writes to a stream; a live one may move on a terminal."""
    if options.json:
        return lines.view(stream)
    if not on_terminal(options):
        return plain.view(options, stream)
    from wslab.cli.trace.terminal import view as terminal  # rich takes 0.1 s

    return terminal.live(stream) if is_live else terminal.printed(stream)


def on_terminal(options: argparse.Namespace) -> bool:
    """Return whether a terminal shows the connections, in colour and in its width."""
    is_asked = is_shown(options) and not (options.plain or options.json)
    return is_asked and sys.stdout.isatty()


def is_shown(options: argparse.Namespace) -> bool:
    """Return whether anything is written: beside a file or a page if asked for."""
    return options.plain or options.json or not (options.out or options.web is not None)


def interval(options: argparse.Namespace) -> float:
    """Return the seconds between two looks."""
    if on_terminal(options):
        return LIVE
    return 0.1 if is_shown(options) or options.web is not None else 2.0


def bounds(options: argparse.Namespace) -> Bounds:
    """Return what is kept: of as many connections as a process may have at once."""
    kept = Bounds(first_connections=4_000, last_connections=1_000)
    if options.payloads or options.as_test:
        return replace(kept, excerpt=PAYLOADS)
    if on_terminal(options) and options.web is None:
        kept = replace(kept, first_events=60)
    elif is_shown(options):
        return kept
    return replace(kept, last_events=40, later_first_events=0)
