"""A chapter in Firefox and in WebKit: each cell shows what it shows in a kernel.

Firefox takes the fifth that Node takes, and WebKit one of it, another each time; all of
them with WSLAB_LIVE=all.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ..conftest import FIFTH
from ..live.chapters import TAKEN, in_a_kernel, in_a_page, told_apart
from ..live.page import Page
from .conftest import NAMES
from .remote import Remote
from .test_runner import CHAPTER

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

# As the page's own script starts it (frontend/src/live/interpreter.ts).
WORKER = """(() => {
  const { origin } = location;
  const start = [`import "${origin}/scripts/live/worker.js";`];
  const address = URL.createObjectURL(new Blob(start, { type: "text/javascript" }));
  const worker = new Worker(address, { type: "module" });
  const heard = [];
  let answer;
  worker.onmessage = ({ data }) => {
    heard.push(JSON.stringify(data));
    answer?.(heard.shift());
    answer = undefined;
  };
  globalThis.exchange = (said) => {
    for (const message of said) worker.postMessage(message);
    return heard.shift() ?? new Promise((done) => (answer = done));
  };
  const { liveManifest } = document.querySelector("[data-live-manifest]").dataset;
  return new URL(liveManifest, document.baseURI).href;
})()"""


class RemotePage(Page):
    """A page of the site, in place of its own script."""

    def __init__(self, remote: Remote) -> None:
        super().__init__()
        self._remote = remote
        self._said: list[dict[str, Any]] = []

    def say(self, **message: Any) -> None:
        self._said.append(message)

    async def line(self) -> str:
        said, self._said = self._said, []
        line: str = await self._remote.evaluate(f"exchange({json.dumps(said)})")
        return line

    async def load(self) -> None:
        """Have a worker, with Python in it."""
        manifest = await self._remote.evaluate(WORKER)
        self.say(type="load", manifest=manifest)
        while (await self.hear())["type"] != "ready":
            pass


def taken(name: str) -> list[Path]:
    """The chapters that a browser takes."""
    if name == "firefox" or FIFTH == "all":
        return TAKEN
    return [TAKEN[datetime.now(UTC).toordinal() // 5 % len(TAKEN)]]


PAIRS = [
    pytest.param(name, path, marks=pytest.mark.needs(name), id=f"{name}-{path.stem}")
    for name in NAMES
    for path in taken(name)
]


@pytest.mark.parametrize(("remote", "path"), PAIRS, indirect=["remote"])
async def test_a_chapter_shows_what_it_shows_in_a_kernel(
    remote: Remote,
    running_site: str,
    path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    await remote.open(f"{running_site}/{CHAPTER}")
    page = RemotePage(remote)
    await page.load()
    shown, failures = await in_a_page(path, page)
    assert await remote.leave() == []
    assert failures == {}
    assert told_apart(path, shown, await in_a_kernel(path, tmp_path_factory)) == {}
