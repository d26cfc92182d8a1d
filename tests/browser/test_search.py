"""What a reader finds who types a question or pastes a message into the search."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page

from .questions import ASKED, MESSAGES, QUESTIONS, THREADS

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

Visits = Callable[..., Any]

READY = "document.querySelector('.md-search-result__meta').textContent"
FORGET = """() => {
    document.querySelector(".md-search-result__list").replaceChildren();
    document.querySelector(".md-search-result__meta").textContent = "";
}"""
SHOWN = """() => [...document.querySelectorAll(".md-search-result__item")].map(item =>
    [...item.querySelectorAll(".md-search-result__link")]
        .filter(link => !link.closest("details"))
        .map(link => new URL(link.href))
        .map(url => url.pathname.slice(1) + url.hash))"""

SCORES = """folded => [...document.querySelectorAll(".md-search-result__item")].map(
    item => [...item.querySelectorAll(".md-search-result__link")]
        .filter(link => new URL(link.href).hash)
        .filter(link => folded == Boolean(link.closest("details")))
        .map(link => Number(link.querySelector("[data-md-score]").dataset.mdScore)))"""


async def ask(page: Page, question: str) -> list[list[str]]:
    """Type a question; returns what each result shows without being unfolded.

    A result is a page, and shows its best section under the page's own title.
    """
    await page.evaluate(FORGET)
    box = page.locator(".md-search__input")
    await box.fill(question)
    await box.press("End")
    await page.wait_for_function(f"() => {READY}")
    found: list[list[str]] = await page.evaluate(SHOWN)
    return [[_short(address) for address in result] for result in found]


def _short(address: str) -> str:
    """An address with a reference's anchor cut to the class and its member."""
    page, _, anchor = address.partition("#")
    names = anchor.split(".")
    public = [it for it in names if it[:1].isupper()] or names[-1:]
    start = names.index(public[0])
    return f"{page}#{'.'.join(names[start:])}" if anchor else page


async def searching(visit: Visits, site: str) -> Page:
    """Open the search box and wait for its index."""
    it = await visit(site)
    page: Page = await it.open("")
    await page.keyboard.press("/")
    await page.wait_for_function(f"() => {READY} === 'Type to start searching'")
    return page


@pytest.mark.parametrize(
    "asked",
    [QUESTIONS, ASKED, THREADS, MESSAGES],
    ids=["questions", "asked", "threads", "messages"],
)
async def test_the_section_that_answers_is_in_the_first_three_results(
    visit: Visits, site: str, asked: dict[str, list[str]]
) -> None:
    """And the home page is the first result of none, as if it answered everything."""
    page = await searching(visit, site)
    found = {question: await ask(page, question) for question in asked}
    missed = [
        (question, results[:3])
        for question, results in found.items()
        if not set(asked[question]) & {it for result in results[:3] for it in result}
    ]
    assert len(missed) <= 0.2 * len(asked), missed
    assert [it for it, results in found.items() if not results[0][0]] == []


@pytest.mark.parametrize(
    ("word", "alike"),
    [("cloudflare", "proxy"), ("inactivity", "keepalive"), ("throttle", "rate")],
)
async def test_a_word_finds_what_the_site_says_with_another(
    visit: Visits, site: str, word: str, alike: str
) -> None:
    page = await searching(visit, site)
    assert {it[-1] for it in await ask(page, alike)} & {
        it[-1] for it in await ask(page, word)
    }


async def test_words_that_only_ask_change_nothing(visit: Visits, site: str) -> None:
    page = await searching(visit, site)
    plain = await ask(page, "origin in a cookie")
    assert plain
    assert await ask(page, "best way to make an origin work in a cookie") == plain


@pytest.mark.parametrize(
    "question",
    [
        "back-pr",
        '"reading" +client',
        "what",
        "the",
        '"message too big" 1009, from where',
        "ValueError: No route found, daphne -p 8001 chat.routing:application",
        "r'^ws/(\\w+)$' gives 404 -- what now?",
    ],
)
async def test_beginnings_operators_lines_of_code_and_small_words_find_something(
    visit: Visits, site: str, question: str
) -> None:
    page = await searching(visit, site)
    assert await ask(page, question) != []


async def test_sections_that_answer_about_as_well_are_shown(
    visit: Visits, site: str
) -> None:
    """Up to three of a page; of what is folded none comes near what is shown."""
    page = await searching(visit, site)
    numbers = set()
    for question in list(THREADS)[:10]:
        await ask(page, question)
        pages = [await page.evaluate(SCORES, folded) for folded in (False, True)]
        for shown, folded in zip(*pages, strict=True):
            numbers.add(len(shown))
            assert len(shown) == 3 or max(folded, default=0) < 0.5 * shown[0] + 0.01
    assert numbers == {1, 2, 3}


async def test_a_result_shows_where_words_are_and_which_of_the_readers_are_missing(
    visit: Visits, site: str
) -> None:
    page = await searching(visit, site)
    question = "group_send from a celery task, nothing arrives"
    assert await ask(page, question)
    texts = await page.locator(".md-search-result__article").all_text_contents()
    assert max(len(text.split()) for text in texts) < 80
    assert any("… " in text and " …" in text for text in texts)
    missing = set(
        await page.locator(".md-search-result__terms del").all_text_contents()
    )
    assert missing
    assert missing <= set(question.replace(",", "").split())


async def test_a_word_counts_once_however_often_it_is_said(
    visit: Visits, site: str
) -> None:
    page = await searching(visit, site)
    once = await ask(page, "a cookie of another origin")
    assert once == await ask(page, "cookie, cookie, a cookie of another origin")


async def test_the_index_is_made_once_a_reader_searches(
    visit: Visits, site: str
) -> None:
    it = await visit(site)
    page: Page = await it.open("")
    assert (await page.evaluate(READY)).strip() == "Initializing search"
    await page.locator(".md-search__input").focus()
    await page.wait_for_function(f"() => {READY} === 'Type to start searching'")


async def test_an_address_may_hold_the_question(visit: Visits, site: str) -> None:
    it = await visit(site)
    page: Page = await it.open("?q=subprotocol")
    await page.wait_for_function(f"() => {SHOWN[6:]}.length > 0")
