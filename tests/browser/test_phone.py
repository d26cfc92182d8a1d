"""On a phone, and on paper: what is wide scrolls, what belongs together stays so."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

Visits = Callable[..., Any]
PHONE = {"width": 390, "height": 844}

COVERED = """() => [...document.querySelectorAll("pre:has(> .md-code__nav)")]
    .filter(pre => {
        const code = pre.querySelector("code").getBoundingClientRect();
        const button = pre.querySelector("button").getBoundingClientRect();
        return button.width && code.right > button.left + 1;
    }).length"""
LEFT = """box => ["td", "td + td"].map(it =>
    box.querySelector(it).getBoundingClientRect().left)"""
CONTRAST = """button => {
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3)
            .map(it => it / 255)
            .map(it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const ground = getComputedStyle(button.closest("pre").querySelector("code"));
    const pair = [getComputedStyle(button, "::after").backgroundColor,
        ground.backgroundColor].map(light);
    return Math.max(...pair) / Math.min(...pair);
}"""
SPLITS = """() => [...document.querySelectorAll("article svg, article figure")]
    .filter(it => getComputedStyle(it).breakInside !== "avoid").length"""


async def test_code_scrolls_beside_its_copy_button(visit: Visits, site: str) -> None:
    it = await visit(site, viewport=PHONE)
    page = await it.open("chapters/close-codes/")
    await page.locator("pre > .md-code__nav").first.wait_for(state="attached")
    assert await page.evaluate(COVERED) == 0


async def test_the_first_column_of_a_wide_table_stays(visit: Visits, site: str) -> None:
    it = await visit(site, viewport=PHONE)
    page = await it.open("chapters/close-codes/")
    wide = page.locator(".md-typeset__scrollwrap[tabindex='0']").first
    _, before = await wide.evaluate(LEFT)
    edge = await wide.evaluate(
        "it => { it.scrollLeft = 60; return it.getBoundingClientRect().left }"
    )
    first, second = await wide.evaluate(LEFT)
    assert first >= edge - 1
    assert second == pytest.approx(before - 60, abs=1)
    shadow = await wide.evaluate("it => getComputedStyle(it).backgroundImage")
    assert "gradient" in shadow
    table = wide.locator("table")
    ground = await table.evaluate("it => getComputedStyle(it).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)", "the table covers the shadow"


async def test_a_button_leads_back_to_the_top(visit: Visits, site: str) -> None:
    it = await visit(site, viewport=PHONE)
    page = await it.open("chapters/close-codes/")
    button = page.get_by_role("button", name="Back to top")
    for y in (3000, 2500):  # it comes with the first scroll upwards
        await page.evaluate("y => scrollTo(0, y)", y)
        await page.wait_for_function("y => scrollY === y", arg=y)
        await page.evaluate("() => new Promise(done => requestAnimationFrame(done))")
    await button.click()
    await page.wait_for_function("() => scrollY === 0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_copy_icon_is_seen(visit: Visits, site: str, scheme: str) -> None:
    it = await visit(site, color_scheme=scheme)
    page = await it.open("chapters/close-codes/")
    button = page.locator("pre .md-code__button").first
    assert await button.evaluate(CONTRAST) >= 3


async def test_printing_splits_no_ladder(visit: Visits, site: str) -> None:
    it = await visit(site)
    page = await it.open("chapters/closing/")
    await page.emulate_media(media="print")
    assert await page.locator("article svg").count() > 0
    assert await page.evaluate(SPLITS) == 0


async def test_printing_cuts_no_output(visit: Visits, sample_site: str) -> None:
    it = await visit(sample_site)
    page = await it.open("chapters/sample/")
    hidden = "it => it.scrollHeight - it.clientHeight"
    long = page.locator(".output .long")
    assert await long.evaluate(hidden) > 0
    await page.emulate_media(media="print")
    assert await long.evaluate(hidden) <= 0
