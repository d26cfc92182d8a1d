"""The policy that each page carries holds; that no page breaks it, `visit` sees."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

KINDS = ("", "chapters/echo/", "atlas/", "atlas/explorer/", "licences/", "404.html")

INLINE = """() => {
  const script = document.createElement("script");
  script.textContent = "document.title = 'hit'";
  document.body.append(script);
  return document.title;
}"""
# Later, since what the test itself asks for may evaluate strings.
EVALUATED = """() => new Promise((done) => setTimeout(() => {
  try { done(eval("1")); } catch (error) { done(error.name); }
}))"""
ELSEWHERE = """() => fetch("http://127.0.0.1:1/").catch((error) => error.name)"""
COMPILED = """async () => {
  const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  return (await WebAssembly.compile(empty)) instanceof WebAssembly.Module;
}"""


@pytest.mark.parametrize("address", KINDS)
async def test_no_script_runs_that_the_page_did_not_have(
    visit: Callable[..., Any], site: str, address: str
) -> None:
    it = await visit(site)
    page = await it.open(address)
    assert await page.evaluate(INLINE) != "hit"
    assert await page.evaluate(EVALUATED) == "EvalError"
    assert it.faults
    assert all("Content Security Policy" in fault for fault in it.faults)
    it.faults.clear()


async def test_nothing_reaches_another_host(
    visit: Callable[..., Any], site: str
) -> None:
    it = await visit(site)
    page = await it.open("chapters/echo/")
    assert await page.evaluate(ELSEWHERE) == "TypeError"
    assert all("Content Security Policy" in fault for fault in it.faults)
    it.faults.clear()


async def test_webassembly_may_be_compiled(
    visit: Callable[..., Any], site: str
) -> None:
    page = await (await visit(site)).open("chapters/echo/")
    assert await page.evaluate(COMPILED)
