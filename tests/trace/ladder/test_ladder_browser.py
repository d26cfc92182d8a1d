"""The ladder in a browser: it fits a phone and follows the page's theme (F35)."""

import pytest
from playwright.sync_api import Page, sync_playwright

from wslab.lab.chrome.browser import find_chromium
from wslab.lab.chrome.process import ARGUMENTS
from wslab.trace.model import (
    ApplicationEvent,
    Connection,
    Frame,
    Handshake,
    Head,
    Opcode,
    TcpEnd,
)
from wslab.trace.trace import Trace

OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", *ARGUMENTS]

PAGE = """<!doctype html><meta charset="utf-8"><title>ladder</title>
<style>body {{ margin: 0 16px; background: {background}; color: {colour};
font: 16px sans-serif; --md-typeset-a-color: {link} }}</style>{ladder}"""
THEMES = {
    "light": {"background": "#fff", "colour": "rgb(33, 33, 33)", "link": "#4051b5"},
    "dark": {
        "background": "#1e2129",
        "colour": "rgb(226, 228, 233)",
        "link": "#5e8bde",
    },
}

pytestmark = pytest.mark.needs("chromium")

SIZE = """() => {
  const svg = document.querySelector("svg").getBoundingClientRect();
  const box = e => e.getBoundingClientRect();
  const texts = [...document.querySelectorAll("svg text")].filter(
    t => getComputedStyle(t).display !== "none");
  const over = (a, b) => a.left < b.right && b.left < a.right
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return {
    scroll: document.documentElement.scrollWidth,
    width: svg.width,
    font: parseFloat(getComputedStyle(texts[3]).fontSize),
    wide: texts.filter(t => t.matches(".w")).length,
    // How glyphs are rounded to pixels is the system's: up to 1.2 of them were seen.
    outside: texts.filter(t => box(t).left < svg.left - 2
      || box(t).right > svg.right + 2).map(t => t.textContent),
    overlapping: texts.filter((t, i) => texts.some((u, j) =>
      i < j && over(box(t), box(u)))).map(t => t.textContent),
    fill: getComputedStyle(texts[3]).fill,
    strokes: [...new Set([...document.querySelectorAll("svg path, svg line")].map(
      p => getComputedStyle(p).stroke))],
  };
}"""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=OPTIONS
        )
        yield chromium
        chromium.close()


def wide_trace() -> Trace:
    """Every lane filled to its width, with the widest characters."""
    wide = "W" * 128
    frame = Frame("client", Opcode.TEXT, False, True, True, 4096, b"W" * 128, 4096, 0)
    events = (
        Head("client", f"GET /{wide} HTTP/1.1", (), 0),
        ApplicationEvent("websocket.connect", "server", pair=("request", 0)),
        frame,
        frame._replace(fin=True, opcode=Opcode.CONTINUATION),
        ApplicationEvent(
            "websocket.receive", "server", wide, 4096, pair=("receive", 0)
        ),
        ApplicationEvent("websocket.send", "application", wide, 4096),
        TcpEnd("server", "FIN"),
        ApplicationEvent("raised", "application", detail=f"ValueError: {wide}"),
    )
    handshake = Handshake(events[0], None)
    one = Connection(events, 8, 100, False, True, handshake, None, None)
    return Trace((one, Connection(events[:3], 3, 0, True, True, handshake, None, None)))


def open_page(browser, width: int, theme: str) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    ladder = wide_trace()._repr_mimebundle_()["text/html"]
    page.set_content(PAGE.format(ladder=ladder, **THEMES[theme]))
    return page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [320, 390, 671, 672, 1280])
def test_ladder_fits_and_follows_the_theme(browser, width, theme):
    """F35: readable at 390 pixels, nothing cut or overlapping, the page's colours.

    From 640 pixels of room on there are longer labels, up to a width of 760 pixels.
    """
    page = open_page(browser, width, theme)
    seen = page.evaluate(SIZE)
    page.close()
    assert seen["scroll"] == width
    assert seen["font"] >= (11 if width >= 390 else 9)
    assert seen["width"] == min(width - 32, 760)
    assert bool(seen["wide"]) is (width >= 672)
    assert seen["outside"] == []
    assert seen["overlapping"] == []
    assert seen["fill"] == THEMES[theme]["colour"]
    link = tuple(bytes.fromhex(THEMES[theme]["link"][1:]))
    assert f"rgb{link}" in seen["strokes"]
