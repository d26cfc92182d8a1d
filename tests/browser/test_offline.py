"""What a page has loaded to run cells: kept, checked, and there without the network."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from ..site.conftest import once, shared
from .conftest import Visit, build_running, served, until

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

Visits = Callable[..., Any]
CHAPTER = "chapters/running/"
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const pages = await caches.open("wslab-pages");
  const found = [location.href, "%s"].map((it) => pages.match(it));
  return (await Promise.all(found)).every(Boolean);
}"""
DRAWN = "(frame) => parseFloat(document.querySelector(frame).style.height) > 20"
"""Whether a frame is as high as what is in it, which its own script has said."""

NEEDED = """async () => {
  const cache = await caches.open("wslab-live");
  const kept = (await cache.keys()).map(({ url }) => url);
  const manifest = kept.find((it) => it.includes("/manifest."));
  if (!manifest) return false;
  const { files, bundles } = await (await cache.match(manifest)).json();
  const all = [...Object.values(files), bundles.core];
  return all.every(({ file }) => kept.includes(new URL(file, manifest).href));
}"""
"""Whether all that Python needs to start is kept, which it does not wait for."""

ASSETS = """async () => {
  const cache = await caches.open("wslab-live");
  return (await cache.keys()).map(({ url }) => url);
}"""
OLD = """async (address) => {
  const cache = await caches.open("wslab-live");
  await cache.put(new URL(address, location.href), new Response("old"));
}"""


class Site:
    """A site whose server can be stopped."""

    def __init__(self, serving: Iterator[str]) -> None:
        self._serving = serving
        self.origin = next(serving)

    def stop(self) -> None:
        next(self._serving, None)


@pytest.fixture
def site_of_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = once(shared(tmp_path_factory) / "run", build_running)
    site = Site(served(folder / "site"))
    yield site
    site.stop()


async def run(page: Page, cell: str) -> None:
    """Press a cell's Run, and wait until it has run."""
    place = page.locator(f"[data-cell='{cell}']")
    await place.get_by_role("button", name=re.compile("^Run")).click()
    control = place.locator(".live-control")
    await expect(control).to_have_attribute("data-state", "ok", timeout=60_000)


async def test_a_second_visit_needs_no_network(
    visit: Visits, site_of_one: Site
) -> None:
    it = await visit(site_of_one.origin)
    page = await it.open(CHAPTER)
    await run(page, "more")
    await until(lambda: page.evaluate(KEPT % "01-running.ipynb"))
    await until(lambda: page.evaluate(NEEDED))
    await it.rest()  # all is asked for at once
    site_of_one.stop()
    again = await Visit.begin(it.context, site_of_one.origin)
    page = await again.open(CHAPTER)
    await run(page, "client")
    own = page.locator("[data-cell='client'] .live-own")
    assert await own.inner_text() == "HELLO"
    await run(page, "ladder")
    await page.wait_for_function(DRAWN, arg="[data-cell='ladder'] .live-own iframe")
    assert [fault for fault in again.faults if "error:" in fault] == []


async def test_a_second_visit_to_the_playground_needs_no_network(
    visit: Visits, site_of_one: Site
) -> None:
    it = await visit(site_of_one.origin)
    page = await it.open("playground/")
    await page.get_by_role("button", name="Run application and client").click()
    await expect(page.locator(".live-own")).to_have_text("hello", timeout=60_000)
    await until(lambda: page.evaluate(KEPT % "../scripts/live/worker.js"))
    await until(lambda: page.evaluate(KEPT % "refuse.client.py"))
    await until(lambda: page.evaluate(NEEDED))
    await it.rest()
    site_of_one.stop()
    again = await Visit.begin(it.context, site_of_one.origin)
    page = await again.open("playground/")
    await page.get_by_label("Start from").select_option("refuse")
    client = page.get_by_role("textbox", name="The client")
    await expect(client).to_contain_text("InvalidStatus")
    await page.get_by_role("button", name="Run application and client").click()
    await expect(page.locator(".live-own")).to_contain_text("welcome", timeout=60_000)
    await page.wait_for_function(DRAWN, arg=".playground-ladders iframe")
    assert [fault for fault in again.faults if "error:" in fault] == []


async def test_what_the_site_no_longer_has_is_forgotten(
    visit: Visits, running_site: str
) -> None:
    page = await (await visit(running_site)).open(CHAPTER)
    await page.evaluate(OLD, "../../live/core.000000000000.tgz")
    await run(page, "count")
    await until(lambda: page.evaluate(NEEDED))
    kept = await page.evaluate(ASSETS)
    assert not any("000000000000" in address for address in kept)
    names = ("core", "stdlib", r"pyodide\.asm")
    assert all(any(re.search(it, address) for address in kept) for it in names)


async def test_where_nothing_can_be_kept_cells_run(
    visit: Visits, running_site: str
) -> None:
    it = await visit(running_site)
    session = await it.context.new_cdp_session(it.page)
    quota = {"origin": running_site, "quotaSize": 1000}
    await session.send("Storage.overrideQuotaForOrigin", quota)
    page = await it.open(CHAPTER)
    await run(page, "count")
    kept = await page.evaluate(ASSETS)
    assert not any("/core." in address for address in kept)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 404}, r"core\.\w+\.tgz is missing on the site \(HTTP 404\)"),
        ({"body": b"PK"}, r"core\.\w+\.tgz has come incomplete, 2 of \d+ bytes"),
        ({"body": b"0"}, r"core\.\w+\.tgz is not the file .*: its SHA-256 differs"),
    ],
    ids=["missing", "truncated", "damaged"],
)
async def test_an_asset_that_is_not_whole_is_not_used(
    visit: Visits, running_site: str, answer: dict[str, Any], said: str
) -> None:
    it = await visit(running_site, service_workers="block")

    async def replace(route: Route) -> None:
        body = answer.get("body")
        if body == b"0":
            real = await route.fetch()
            body = b"0" * len(await real.body())
        await route.fulfill(**{**answer, "body": body or b""})

    await it.page.route("**/live/core.*", replace)
    page = await it.open(CHAPTER)
    await page.get_by_role("button", name=re.compile("^Run cell|^Run$")).first.click()
    notice = page.locator(".live-notice [role=status]")
    await expect(notice).to_contain_text(re.compile(said), timeout=60_000)
    kept = await page.evaluate(ASSETS)
    assert not any("/core." in address for address in kept)
    it.faults[:] = [fault for fault in it.faults if "404" not in fault]
