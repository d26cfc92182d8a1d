"""What a reader does with the site: search, switch the theme, use the keyboard."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

Visits = Callable[..., Any]
SCHEME = "document.body.getAttribute('data-md-color-scheme')"
GROUND = "getComputedStyle(document.body).backgroundColor"
FOCUSED = "document.activeElement.outerHTML.split('>')[0]"


@pytest.mark.parametrize(("scheme", "theme"), [("light", "default"), ("dark", "slate")])
async def test_the_theme_follows_the_system_until_the_reader_switches(
    visit: Visits, sample_site: str, scheme: str, theme: str
) -> None:
    it = await visit(sample_site, color_scheme=scheme)
    page = await it.open("")
    ground = await page.evaluate(GROUND)
    assert await page.evaluate(SCHEME) == theme
    await page.locator("label[title^='Switch to the']:visible").click()
    for address in ("", "chapters/sample/"):
        page = await it.open(address)
        assert await page.evaluate(SCHEME) != theme
        assert await page.evaluate(GROUND) != ground


async def test_the_theme_switches_by_keyboard(visit: Visits, sample_site: str) -> None:
    it = await visit(sample_site, color_scheme="light")
    page = await it.open("")
    for _ in range(20):
        await page.keyboard.press("Tab")
        if "__palette" in await page.evaluate(FOCUSED):
            break
    await page.keyboard.press("Enter")
    await page.wait_for_function(f"() => {SCHEME} === 'slate'")


async def test_search_finds_a_section_by_a_word_of_its_text(
    visit: Visits, sample_site: str
) -> None:
    it = await visit(sample_site)
    page = await it.open("")
    await page.keyboard.press("/")
    await page.keyboard.type("zanzibar")
    found = page.locator(".md-search-result__link").filter(has_text="Words and boxes")
    await found.click()
    await page.wait_for_url("**/chapters/sample/**#words-and-boxes")


async def test_search_opens_and_closes_by_keyboard(
    visit: Visits, sample_site: str
) -> None:
    it = await visit(sample_site)
    page = await it.open("")
    await page.keyboard.press("s")
    assert 'name="query"' in await page.evaluate(FOCUSED)
    await page.wait_for_function("document.querySelector('#__search').checked")
    await page.keyboard.press("Escape")
    assert 'name="query"' not in await page.evaluate(FOCUSED)


async def test_the_first_tab_stop_skips_to_the_content(
    visit: Visits, sample_site: str
) -> None:
    it = await visit(sample_site)
    page = await it.open("chapters/sample/")
    await page.keyboard.press("Tab")
    assert "md-skip" in await page.evaluate(FOCUSED)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/chapters/sample/#a-sample-chapter")


async def test_focus_is_visible(visit: Visits, sample_site: str) -> None:
    it = await visit(sample_site)
    page = await it.open("chapters/sample/")
    link = page.get_by_role("link", name="a fault", exact=True)
    await page.keyboard.press("Tab")
    await link.focus()
    style = await link.evaluate("it => getComputedStyle(it).outlineStyle")
    assert style == "solid"


async def test_folds_open_by_keyboard(visit: Visits, sample_site: str) -> None:
    it = await visit(sample_site)
    page = await it.open("chapters/sample/")
    sum_output = page.get_by_text("sum 2")
    assert not await sum_output.is_visible()
    await page.locator("summary", has_text="Solution").focus()
    await page.keyboard.press("Enter")
    await sum_output.wait_for(state="visible")


async def test_notes_on_code_open(visit: Visits, sample_site: str) -> None:
    it = await visit(sample_site)
    page = await it.open("chapters/sample/")
    await page.locator("pre .md-annotation__index").first.click()
    note = page.get_by_text("A note on the scope, with code.")
    await note.first.wait_for(state="visible")


async def test_the_copy_button_copies_code_and_only_code(
    visit: Visits, sample_site: str
) -> None:
    it = await visit(sample_site, permissions=["clipboard-read", "clipboard-write"])
    page = await it.open("chapters/sample/")
    block = page.locator(".highlight", has_text="6 * 7")
    await block.hover()
    await block.get_by_role("button").first.click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines() == [
        'print("first")',
        'print("<b>second</b> & `third` *fourth*")',
        "6 * 7",
    ]
    assert await page.locator(".output button").count() == 0


async def test_a_long_output_scrolls_in_a_box_with_a_name(
    visit: Visits, sample_site: str
) -> None:
    it = await visit(sample_site)
    page = await it.open("chapters/sample/")
    region = page.get_by_role("group", name="Output text").first
    height = await region.evaluate("it => [it.clientHeight, it.scrollHeight]")
    assert height[0] < height[1]
    await region.focus()
    await page.keyboard.press("End")
    await page.wait_for_function("() => document.activeElement.scrollTop > 100")


async def test_what_a_cell_shows_fits_beside_its_line(
    visit: Visits, sample_site: str
) -> None:
    it = await visit(sample_site)
    page = await it.open("chapters/sample/")
    await page.locator(".output .md-typeset__scrollwrap").wait_for()
    wider = "all => all.filter(it => it.scrollWidth > it.clientWidth).length"
    assert await page.locator(".output .rich").evaluate_all(wider) == 0


async def test_previous_and_next_lead_through_the_chapters(
    visit: Visits, sample_site: str
) -> None:
    it = await visit(sample_site)
    page = await it.open("")
    for title in ("A sample chapter", "Another chapter"):
        await page.locator(f"a[aria-label='Next: {title}']").click()
        await page.wait_for_function(f"() => document.title.startsWith('{title}')")
    await page.locator("a[aria-label='Previous: A sample chapter']").click()
    await page.wait_for_url("**/chapters/sample/")


async def test_downloads_are_files(visit: Visits, sample_site: str) -> None:
    it = await visit(sample_site)
    page = await it.open("chapters/sample/")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="sample.py").click()
    assert (await download.value).suggested_filename == "sample.py"
