"""The atlas in a browser: filters, a cell that opens, addresses, and no script."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

Visits = Callable[..., Any]

ROWS = """() => [...document.querySelectorAll(".wa-table tr[id]")]
    .filter(it => it.checkVisibility()).map(it => it.id)"""
HEADS = """() => [...document.querySelector(".wa-table").querySelectorAll("thead th")]
    .filter(it => it.offsetParent && it.dataset.server).map(it => it.dataset.server)"""
WIDER = "() => document.documentElement.scrollWidth > innerWidth"


async def test_words_a_group_and_differences_narrow_the_table(
    visit: Visits, site: str
) -> None:
    page = await (await visit(site)).open("atlas/")
    everything = await page.evaluate(ROWS)
    await page.get_by_label("Find").fill("handler RETURNS")
    found = await page.evaluate(ROWS)
    assert "handler-returns" in found
    assert len(found) < len(everything)
    status = page.locator(".wa-filters output")
    told = re.match(r"(\d+) of (\d+) scenarios", await status.inner_text())
    assert told
    assert (int(told[1]), int(told[2])) == (len(found), len(everything))
    await page.get_by_label("Find").fill("")
    await page.get_by_label("Group").select_option("origin")
    assert all(name.startswith("origin") for name in await page.evaluate(ROWS))
    await page.get_by_role("button", name="Show all").click()
    assert await page.evaluate(ROWS) == everything
    await page.get_by_label("only where they differ").check()
    differing = await page.evaluate(ROWS)
    assert 0 < len(differing) < len(everything)


async def test_servers_can_be_hidden_and_an_address_says_what_is_shown(
    visit: Visits, site: str
) -> None:
    guest = await visit(site)
    page = await guest.open("atlas/")
    await page.get_by_text("Servers", exact=True).click()
    await page.locator("input[value=daphne]").uncheck()
    await page.locator("input[name=view][value=client]").check()
    await page.get_by_label("Find").fill("returns")
    await page.wait_for_url("**/atlas/?find=returns&*")
    shown = await page.evaluate(ROWS), await page.evaluate(HEADS)
    assert "daphne" not in shown[1]
    assert "uvicorn" in shown[1]
    address = page.url.removeprefix(f"{site}/")
    again = await guest.open(address)
    assert (await again.evaluate(ROWS), await again.evaluate(HEADS)) == shown
    assert not await again.locator(".wa-app").first.is_visible()


async def test_a_cell_opens_in_place_by_keyboard_and_its_address_opens_it_again(
    visit: Visits, site: str
) -> None:
    guest = await visit(site)
    page = await guest.open("atlas/")
    cell = page.locator("#handler-returns td a").first
    await cell.focus()
    await page.keyboard.press("Enter")
    dialog = page.locator("dialog.wa-dialog")
    await dialog.locator("svg").first.wait_for()
    assert "returns" in await dialog.inner_text()
    assert await dialog.evaluate("it => it.contains(document.activeElement)")
    assert "open=handler-returns/uvicorn" in page.url
    address = page.url.removeprefix(f"{site}/")
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="hidden")
    await page.wait_for_url(lambda url: "open=" not in url)
    assert await cell.evaluate("it => it === document.activeElement")
    again = await guest.open(address)
    await again.locator("dialog.wa-dialog svg").first.wait_for()


async def test_back_closes_a_cell_and_leaves_the_table_as_it_was(
    visit: Visits, site: str
) -> None:
    page = await (await visit(site)).open("atlas/?group=ending")
    dialog = page.locator("dialog.wa-dialog")
    await page.locator("#handler-returns td a").first.click()
    await dialog.locator("svg").first.wait_for()
    await page.go_back()
    await dialog.wait_for(state="hidden")
    assert page.url.endswith("atlas/?group=ending")
    assert "text" not in await page.evaluate(ROWS)
    await page.go_forward()
    await dialog.locator("svg").first.wait_for()
    await page.keyboard.press("Escape")
    await page.wait_for_url("**/atlas/?group=ending")
    await page.locator("#handler-raises td a").first.click()
    await dialog.locator("svg").first.wait_for()
    await page.wait_for_url("**/atlas/?group=ending&open=handler-raises/uvicorn")


BUTTON = 'document.querySelector("dialog.wa-dialog button")'
INSTANTS = [
    f"() => {{ {BUTTON}.click(); history.back() }}",
    f"() => {{ history.back(); {BUTTON}.click() }}",
    f"() => {{ history.back(); setTimeout(() => {BUTTON}.click()) }}",
]
"""Back and Close, both before the one that came first has come to its end."""


@pytest.mark.parametrize("instant", INSTANTS)
async def test_back_and_close_in_one_instant_go_back_once(
    visit: Visits, site: str, instant: str
) -> None:
    guest = await visit(site)
    await guest.open("atlas/explorer/")
    page = await guest.open("atlas/?group=ending")
    dialog = page.locator("dialog.wa-dialog")
    for name in ("handler-returns", "handler-raises"):
        await page.locator(f"#{name} td a").first.click()
        await dialog.locator("svg").first.wait_for()
        await page.evaluate(instant)
        await page.wait_for_url("**/atlas/?group=ending")
        await dialog.wait_for(state="hidden")
    await page.go_back()
    assert page.url.endswith("/atlas/explorer/")


@pytest.mark.parametrize(
    ("address", "strange", "shown"),
    [
        ("?group=nonsense", "nonsense", "10 of 10 servers"),
        ("?servers=nobody,daphne", "nobody", "1 of 10 servers"),
        ("?group=ending&servers=nobody", "nobody", "10 of 10 servers"),
        ("?open=nonsense/uvicorn", "nonsense/uvicorn", "10 of 10 servers"),
        ("#no-such-scenario", "no-such-scenario", "10 of 10 servers"),
        ("#%", "%", "10 of 10 servers"),
    ],
)
async def test_what_an_address_names_and_the_table_has_not_is_told_and_left_out(
    visit: Visits, site: str, address: str, strange: str, shown: str
) -> None:
    page = await (await visit(site)).open(f"atlas/{address}")
    told = page.get_by_text("The address names what is not in this table")
    assert (await told.inner_text()).endswith(f"left out: {strange}.")
    assert shown in await page.locator(".wa-filters output").inner_text()
    assert await page.evaluate(ROWS)
    assert not await page.locator("dialog.wa-dialog").is_visible()
    await page.get_by_label("only where they differ").check()
    await told.wait_for(state="hidden")
    await page.wait_for_url("**differing=1**")
    assert strange not in page.url.partition("#")[0]


async def test_what_an_address_names_and_the_table_has_is_not_spoken_of(
    visit: Visits, site: str
) -> None:
    page = await (await visit(site)).open(
        "atlas/?group=ending&servers=daphne#handler-returns"
    )
    told = page.get_by_text("The address names what is not in this table")
    assert not await told.is_visible()


@pytest.mark.parametrize("address", ["atlas/testclients/", "atlas/frameworks/"])
async def test_the_other_tables_open_their_cells_too(
    visit: Visits, site: str, address: str
) -> None:
    page = await (await visit(site)).open(address)
    await page.locator(".wa-table td a").first.click()
    await page.locator("dialog.wa-dialog .wa-views").first.wait_for()


async def test_without_javascript_there_are_tables_and_links(
    visit: Visits, site: str
) -> None:
    page = await (await visit(site, java_script_enabled=False)).open("atlas/")
    assert not await page.locator(".wa-filters").is_visible()
    await page.locator("#handler-returns td a").first.click()
    await page.wait_for_url("**/atlas/handler-returns/#uvicorn")
    await page.locator("details#uvicorn").wait_for()


async def test_the_explorer_answers_with_what_was_measured(
    visit: Visits, site: str
) -> None:
    guest = await visit(site)
    page = await guest.open("atlas/explorer/")
    await page.locator("select[name=when]").select_option("after it has accepted")
    await page.locator("select[name=what]").select_option("closes")
    await page.locator("select[name=with]").select_option("code 4999")
    await page.locator("select[name=server]").select_option("hypercorn")
    answer = page.locator(".wa-answer")
    await answer.get_by_text("close 4999").first.wait_for()
    assert "'code': 4999" in await answer.locator("pre").inner_text()
    again = await guest.open(page.url.removeprefix(f"{site}/"))
    await again.locator(".wa-answer").get_by_text("close 4999").first.wait_for()


async def test_the_explorer_says_what_to_write_for_what_a_client_shall_see(
    visit: Visits, site: str
) -> None:
    guest = await visit(site)
    page = await guest.open("atlas/explorer/")
    wish, answer = page.locator("select[name=wish]"), page.locator(".wa-granted")
    await wish.select_option("401 with a body")
    await page.locator("select[name=on]").select_option("hypercorn")
    await answer.get_by_text("body 'no token'").first.wait_for()
    assert "websocket.http.response" in await answer.locator("pre").inner_text()
    assert await answer.locator("svg").count() == 1
    again = await guest.open(page.url.removeprefix(f"{site}/"))
    await again.locator(".wa-granted").get_by_text("HTTP 401").first.wait_for()
    await page.locator("select[name=on]").select_option("daphne")
    await answer.get_by_text("Nothing that was measured gives it on Daphne").wait_for()
    await wish.focus()
    await page.keyboard.type("close 1006")
    await answer.get_by_text("lets no close frame carry this code").wait_for()


async def test_the_explorer_without_javascript_is_lists(
    visit: Visits, site: str
) -> None:
    guest = await visit(site, java_script_enabled=False)
    page = await guest.open("atlas/explorer/")
    assert not await page.locator("form.wa-wishes").is_visible()
    assert await page.locator(".wa-wanted dt").count() > 20
    await page.locator(".wa-wanted a", has_text="denial").first.click()
    assert page.url.endswith("/atlas/denial/")


@pytest.mark.parametrize(
    "address",
    [
        "atlas/",
        "atlas/explorer/?wish=401+with+a+body&on=granian",
        "atlas/handler-returns/#daphne",
        "atlas/denial/#history",
        "atlas/history/",
        "atlas/servers/granian/",
    ],
)
async def test_no_page_scrolls_sideways_on_a_phone(
    visit: Visits, site: str, address: str
) -> None:
    page = await (await visit(site, viewport={"width": 390, "height": 844})).open(
        address
    )
    assert not await page.evaluate(WIDER)
