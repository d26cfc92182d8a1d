"""What a browser does, run for real where there is one, else shown as stored."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from difflib import unified_diff
from pathlib import Path
from typing import Any

from wslab.lab.chrome.browser import Chromium, chromium, find_chromium
from wslab.lab.chrome.result import BrowserResult, from_json, to_json

Session = Callable[[Chromium], Awaitable[Any]]

DIRECTORY = Path("browser")
"""Where results are stored, relative to the notebooks' directory."""

RECORD_AGAIN = (
    "set the environment variable WSLAB_RECORD=1 and run it again to store it"
)


class StoredResultChanged(AssertionError):
    """A browser did not do what its stored result says, or none is stored yet."""


async def browser(
    name: str,
    script: str,
    *,
    at: str = "about:blank",
    empty: bool = False,
    screenshot: bool = False,
    **variables: Any,
) -> BrowserResult:
    """Runs JavaScript in a page of a real headless Chromium.

    Without a Chromium the result stored under `name` is returned. With one, a result
    that differs from the stored one is an error; WSLAB_RECORD=1 stores it instead.

    Args:
        name: the stored result's, a file `browser/NAME.json` beside the notebook.
        script: the body of an asynchronous function; what it returns is the `value`.
        at: the URL that the page is opened at; a server's `http_url()` gives it that
            server's origin.
        empty: the page has the URL's origin, but nothing is requested from there.
        screenshot: takes a picture when the script has ended.
        variables: seen by the script under their names.

    Raises:
        StoredResultChanged: the result is not the stored one.
        ScriptError: the script raised.
        TimeoutError: it did not end within 10 seconds.
    """

    async def session(chromium: Chromium) -> Any:
        tab = await chromium.open(at, empty=empty)
        value = await tab.run(script, **variables)
        if screenshot:
            await tab.screenshot()
        return value

    return await stored(name)(session)()


def stored(name: str) -> Callable[[Session], Callable[[], Awaitable[BrowserResult]]]:
    """Decorates a function that uses a browser; its result is kept as a whole.

    The function takes a `Chromium`, opens pages in it, and returns plain data. Calling
    the decorated function, without an argument, works as `browser` does.
    """

    def decorate(session: Session) -> Callable[[], Awaitable[BrowserResult]]:
        async def run() -> BrowserResult:
            if find_chromium() is None:
                return _load(name)
            return await _run(name, session)

        return run

    return decorate


async def _run(name: str, session: Session) -> BrowserResult:
    async with chromium() as started:
        value = await session(started)
        await started.settle()
        data = to_json(value, started.records)
    if os.environ.get("WSLAB_RECORD") == "1":
        _store(name, started.version, data, started.screenshots)
    else:
        _compare(name, data)
    return from_json(data, started.version, started.screenshots, stored=False)


def _store(name: str, version: str, data: dict[str, Any], pngs: list[bytes]) -> None:
    DIRECTORY.mkdir(exist_ok=True)
    for path in _pictures(name):
        path.unlink()
    for number, png in enumerate(pngs, 1):
        (DIRECTORY / f"{name}.{number}.png").write_bytes(png)
    _file(name).write_text(_text({"chromium": version, **data}) + "\n")


def _load(name: str) -> BrowserResult:
    if not _file(name).exists():
        raise StoredResultChanged(
            f"{name}: there is neither a Chromium nor a stored result"
        )
    data = json.loads(_file(name).read_text())
    pngs = [path.read_bytes() for path in _pictures(name)]
    return from_json(data, data["chromium"], pngs, stored=True)


def _compare(name: str, data: dict[str, Any]) -> None:
    if not _file(name).exists():
        raise StoredResultChanged(f"{name}: no result is stored yet; {RECORD_AGAIN}")
    before = json.loads(_file(name).read_text())
    version = before.pop("chromium")
    if before != data:
        lines = unified_diff(
            _text(before).splitlines(),
            _text(data).splitlines(),
            f"stored, Chromium {version}",
            "now",
            lineterm="",
        )
        message = f"{name}: not what is stored; {RECORD_AGAIN}\n"
        raise StoredResultChanged(message + "\n".join(lines))


def _file(name: str) -> Path:
    return DIRECTORY / f"{name}.json"


def _pictures(name: str) -> list[Path]:
    return sorted(DIRECTORY.glob(f"{name}.*.png"))


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False)
