"""The page as a view of a watch."""

from __future__ import annotations

import secrets
import sys
from argparse import Namespace
from collections.abc import Sequence

from wslab.cli.trace.web.kept import Limits, Shelf
from wslab.cli.trace.web.server import PageServer, bound
from wslab.trace.watch import News, View


class WebView:
    """Shows connections on a page of 127.0.0.1, from the first moment to `close`.

    Attributes:
        address: where the page is, with the token that it asks for.
    """

    def __init__(
        self, app: str, token: str, port: int = 0, limits: Limits | None = None
    ) -> None:
        """Serve the page.

        Args:
            app: what is traced, as "module:app", or the address of a server.
            token: what a reader has to know.
            port: of 127.0.0.1; a free one if it is 0.
            limits: how much is kept.

        Raises:
            OSError: the port is taken, or may not be taken.
        """
        self._shelf = Shelf(limits)
        self._server = PageServer(self._shelf, app, token, port)
        self._server.start()
        self.address = self._server.address

    def show(self, news: Sequence[News], left_out: int) -> None:
        """Keep what happened, and have open pages show it."""
        self._shelf.add(news, left_out)
        self._server.wake()

    def close(self) -> None:
        """End the page's server: pages that are open keep what they show."""
        self._server.stop()


def view(options: Namespace, app: str) -> View:
    """Return the view of `--web`, its address printed.

    Raises:
        OSError: the port is taken, or may not be taken.
    """
    shown = WebView(app, options.token, options.web)
    print(f"wslab trace: the page is at {shown.address}", file=sys.stderr)
    return shown


def take_place(options: Namespace) -> None:
    """Choose the port where none is given, and the token.

    A reloader starts one process after the other: each has the page at this port, for
    readers with this token.

    Raises:
        OSError: the port is taken, or may not be taken.
    """
    with bound(options.web) as taken:
        options.web = taken.getsockname()[1]
    options.token = secrets.token_urlsafe(16)
