"""What pages keep for a visit without the network has its bounds."""

import shutil
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from ..site.conftest import once, shared
from .conftest import build_running, served, until
from .test_offline import CHAPTER, KEPT, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

Visits = Callable[..., Any]
FILL = """async (count) => {
  const cache = await caches.open("wslab-pages");
  for (let it = 0; it < count; it++) await cache.put(`/old-${it}`, new Response("old"));
}"""
CONTROLLED = """() => new Promise((done) => {
  const workers = navigator.serviceWorker;
  if (workers.controller) done();
  else workers.addEventListener("controllerchange", () => done());
})"""
ADDRESSES = """async () => {
  const cache = await caches.open("wslab-pages");
  return (await cache.keys()).map(({ url }) => url);
}"""


async def kept(page: Page) -> list[str]:
    return [it.rpartition("/")[2] for it in await page.evaluate(ADDRESSES)]


async def bounded(page: Page) -> bool:
    return len(await kept(page)) == 500


async def forgotten(page: Page, name: str) -> bool:
    return name not in await kept(page)


async def test_what_was_kept_longest_ago_is_forgotten(
    visit: Visits, running_site: str
) -> None:
    page = await (await visit(running_site)).open(CHAPTER)
    await page.evaluate(FILL, 600)
    await run(page, "count")
    await until(lambda: bounded(page))
    left = await kept(page)
    assert "old-0" not in left
    assert "old-599" in left
    assert await page.evaluate(KEPT % "01-running.ipynb")


@pytest.fixture
def copy(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one's own, to take files from."""
    folder = once(shared(tmp_path_factory) / "run", build_running)
    return shutil.copytree(folder / "site", tmp_path / "site")


async def test_a_file_that_the_site_no_longer_has_is_forgotten(
    visit: Visits, copy: Path
) -> None:
    with contextmanager(served)(copy) as origin:
        it = await visit(origin)
        page = await it.open(CHAPTER)
        await run(page, "count")
        await until(lambda: page.evaluate(KEPT % "01-running.ipynb"))
        await page.evaluate(CONTROLLED)
        (copy / CHAPTER / "01-running.ipynb").unlink()
        await page.evaluate("fetch('01-running.ipynb', { cache: 'reload' })")
        await until(lambda: forgotten(page, "01-running.ipynb"))
        await it.rest()
    it.faults.clear()
