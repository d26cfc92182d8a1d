"""What a browser does, run for real where there is one, else shown as stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from wslab.lab.archive import Archive, Kept, StoredResultChanged
from wslab.lab.chrome.browser import Chromium, chromium, find_chromium
from wslab.lab.chrome.reader import run_at_the_readers
from wslab.lab.chrome.result import pages_from_json, to_json
from wslab.lab.chrome.show import BrowserResult

Session = Callable[[Chromium], Awaitable[Any]]

BLANK = "about:blank"

BROWSER = Archive("browser", "chromium", "Chromium", frozenset({"value", "pages"}))
"""The results of browsers."""


async def browser(
    name: str,
    script: str,
    *,
    at: str = BLANK,
    empty: bool = False,
    screenshot: bool = False,
    **variables: Any,
) -> BrowserResult:
    """Run JavaScript in a page of a real headless Chromium.

    Without a Chromium the result stored under `name` is returned. With one, a result
    that differs from the stored one is an error; WSLAB_RECORD=1 stores it instead. In
    a downloaded notebook, which carries its results with it, the difference is a
    warning, since another Chromium may do otherwise. Where the cell runs in a page of
    the site, the reader's own browser runs a script for an empty page as well, and
    shows below the cell what it made of it.

    Args:
        name: the stored result's, a file `browser/NAME.json` beside the notebook.
        script: the body of an asynchronous function; what it returns is the `value`.
        at: the URL that the page is opened at; a server's `http_url()` gives it that
            server's origin.
        empty: the page has the URL's origin, but nothing is requested from there.
        screenshot: take a picture when the script has ended.
        variables: seen by the script under their names.

    Raises:
        StoredResultChanged: the result is not the stored one, or there is none.
        ScriptError: the script raised.
        TimeoutError: it did not end within 10 seconds.
    """

    async def session(chromium: Chromium) -> Any:
        tab = await chromium.open(at, empty=empty)
        value = await tab.run(script, **variables)
        if screenshot:
            await tab.screenshot()
        return value

    if empty or at == BLANK:
        await run_at_the_readers(script, at, variables)
    return await stored(name)(session)()


def stored(
    name: str, *, any_certificate: bool = False
) -> Callable[[Session], Callable[[], Awaitable[BrowserResult]]]:
    """Decorate a function that uses a browser; its result is kept as a whole.

    The function takes a `Chromium`, opens pages in it, and returns plain data. Calling
    the decorated function, without an argument, works as `browser` does.

    Args:
        name: the stored result's, as `browser` has it.
        any_certificate: Chromium trusts every server, whoever signed its certificate.
    """

    def decorate(session: Session) -> Callable[[], Awaitable[BrowserResult]]:
        async def run() -> BrowserResult:
            if find_chromium() is None:
                return _result(_kept_instead(name), stored=True)
            return await _run(name, session, any_certificate)

        return run

    return decorate


async def _run(name: str, session: Session, any_certificate: bool) -> BrowserResult:
    async with chromium(any_certificate=any_certificate) as started:
        value = await session(started)
        await started.settle()
        data = to_json(value, started.records)
    now = Kept(started.version, data, started.screenshots)
    BROWSER.settle(name, now)
    return _result(now, stored=False)


def _result(kept: Kept, *, stored: bool) -> BrowserResult:
    value, pages = kept.data["value"], pages_from_json(kept.data)
    return BrowserResult(kept.version, value, pages, stored, kept.pictures)


def _kept_instead(name: str) -> Kept:
    kept = BROWSER.load(name)
    if kept is None:
        raise StoredResultChanged(
            f"{name}: there is neither a Chromium nor a stored result, "
            f"{BROWSER.file(name)}; install a Chromium, or name one in WSLAB_CHROMIUM"
        )
    return kept
