"""A client's frame: its WebSocket is as Chromium's own, and it reaches nothing else."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route

from wslab.lab import serve
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.text import ladder_text
from wslab.trace.trace import Trace

from .bridge import Bridge, Lines
from .conftest import served

HERE = Path(__file__).parent / "client"
LIVE = Path(__file__).parents[2] / "site_src" / "scripts" / "live"
CONVERSATION = (HERE / "conversation.js").read_text()


RUN = """source => {
    const script = document.createElement("script");
    script.type = "module";
    script.textContent = source;
    document.body.append(script);
}"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def scripts() -> Any:
    """The origin of the folder with client.html."""
    yield from served(LIVE)


def application() -> Any:
    spec = spec_from_file_location("application", HERE / "application.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.application


async def blank(context: BrowserContext, address: str, policy: str = "") -> Page:
    """A page with an address and nothing else; nobody is asked for it."""
    headers = {"content-type": "text/html", "content-security-policy": policy}

    async def fulfil(route: Route) -> None:
        await route.fulfill(body="<body></body>", headers=headers)

    page = await context.new_page()
    await page.route(address, fulfil)
    await page.goto(address)
    return page


async def in_chromium(browser: Browser, origin: str, source: str) -> list[str]:
    """The lines that a script writes in a page of an origin, on whose server it is."""
    context = await browser.new_context()
    await context.grant_permissions(["local-network-access"], origin=origin)
    page = await blank(context, f"{origin}/")
    lines = Lines(page)
    await page.evaluate(RUN, source)
    found = await lines.until('["end"]')
    await context.close()
    return found


async def in_frame(
    browser: Browser, scripts: str, origin: str, source: str
) -> list[str]:
    """The lines that it writes in the frame, as if that were a page of the origin."""
    context = await browser.new_context()
    page = await blank(context, f"{scripts}/")
    lines = Lines(page)
    bridge = Bridge(page, origin)
    await bridge.begin()
    bridge.show(source)
    found = await lines.until('["end"]')
    bridge.end()
    await context.close()
    return found


def ladders(trace: Trace) -> list[str]:
    """Each connection's ladder: what does not depend on when it was given up."""
    told = [it for it in trace.connections if it.path not in ("", "/early")]
    return [ladder_text(ladder_of([it])) for it in told]


async def test_a_script_sees_of_our_websocket_what_it_sees_of_chromiums(
    browser, scripts
):
    async with serve(application(), lifespan="off") as server:
        origin = server.http_url().rstrip("/")
        chromiums = await in_chromium(browser, origin, CONVERSATION)
        on_chromiums_wire = ladders(server.trace)
        ours = await in_frame(browser, scripts, origin, CONVERSATION)
        on_our_wire = ladders(server.trace)
    assert ours == chromiums
    assert len(ours) > 100
    assert on_our_wire == on_chromiums_wire
    assert len(on_our_wire) > 15


@pytest_asyncio.fixture(loop_scope="module")
async def host(browser, scripts) -> Any:
    """A page of the scripts' origin that may show what is of its origin alone."""
    context = await browser.new_context()
    yield await blank(context, f"{scripts}/", "default-src 'self'")
    await context.close()


OUTSIDE = (HERE / "outside.js").read_text()


async def test_a_client_reaches_nothing_but_its_server(host, scripts):
    requests: list[str] = []
    async with serve(application(), lifespan="off") as server:
        elsewhere = server.http_url("/there")
        lines, bridge = Lines(host), Bridge(host, "http://127.0.0.1:8000")
        host.on("requestfinished", lambda request: requests.append(request.url))
        await bridge.begin()
        bridge.show(f'const ELSEWHERE = "{elsewhere}";{OUTSIDE}')
        await lines.until(f"error: Framing '{server.http_url()}' violates")
        bridge.end()
        assert not server.trace.connections
    found = lines.lines[: lines.lines.index("end")]
    tried = [line for line in found if not line.startswith("error: ")]
    assert len(tried) == 11
    assert [line for line in tried if not line.endswith(" refused")] == []
    assert set(requests) == {f"{scripts}/client.html"}


PAGE = (HERE / "console.html").read_text()


async def test_the_page_around_hears_the_console_and_what_nobody_caught(host):
    bridge = Bridge(host, "http://127.0.0.1:8000")
    await bridge.begin()
    for source in (
        PAGE,
        "await 0; throw new TypeError('g')",
        "no script",
        "h()",
    ):
        bridge.show(source)
    bridge.show("setTimeout(() => console.debug('last'))")
    said = [(it["level"], it["text"]) for it in await bridge.until("last")]
    bridge.end()
    assert said[:-1] == [
        (
            "info",
            'a 1 [2,{"b":null}] [object HTMLParagraphElement] null undefined '
            "Error: c Symbol(d)",
        ),
        ("warn", "{} [object Object]"),
        ("error", "Uncaught (in promise) RangeError: f"),
        ("error", "Uncaught TypeError: g"),
        ("error", "Uncaught SyntaxError: Unexpected identifier 'script'"),
        ("error", "Uncaught ReferenceError: h is not defined"),
    ]


async def test_what_a_script_makes_of_its_location_is_of_the_page_it_stands_for(host):
    async with serve(application(), lifespan="off") as server:
        bridge = Bridge(host, server.http_url().rstrip("/"))
        await bridge.begin()
        bridge.show((HERE / "location.js").read_text())
        said = [it["text"] for it in await bridge.until("end")]
        bridge.end()
        paths = ("origin?a=1", "href", "host", "relative")
        assert said[:-1] == [server.url(f"/echo/{path}") for path in paths]


async def test_a_form_that_may_not_be_submitted_hears_of_it_all_the_same(host):
    requests: list[str] = []
    bridge = Bridge(host, "http://127.0.0.1:8000")
    await bridge.begin()
    host.on("request", lambda request: requests.append(request.url))
    bridge.show((HERE / "form.html").read_text())
    frame = host.frame_locator("iframe").last
    await frame.get_by_role("button", name="Send").click()  # which the field forbids
    await frame.get_by_role("textbox").fill("one")
    for name in ("Nothing", "Kept", "Send"):
        await frame.get_by_role("button", name=name).click()
    await frame.get_by_role("textbox").fill("two")
    await frame.get_by_role("textbox").press("Enter")
    said = await bridge.until("send two")
    bridge.end()
    assert [it["text"] for it in said] == ["send one", "send two"]
    assert requests == []


async def test_with_the_sites_own_origin_it_runs_nothing(host):
    await host.evaluate(
        """() => new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.src = "client.html";
            frame.onload = () => {
                const { port1, port2 } = new MessageChannel();
                frame.contentWindow.addEventListener("message", resolve);
                frame.contentWindow.postMessage({ base: location.href }, "*", [port2]);
            };
            document.body.append(frame);
        })"""
    )
    found = await host.evaluate("String(frames[0].WebSocket)")
    assert "[native code]" in found
