"""A reader's "Run all" on each chapter's page: each cell shows what a kernel shows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from wslab.site.notebooks import RAISES, code_cells, read_notebook, tags

from ..live.chapters import (
    CHAPTERS,
    EXCEPTIONS,
    by_cell,
    download,
    in_a_kernel,
    put,
    told_apart,
)
from .test_needed_cells import STATES

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

# What the page's worker says of cells, kept beside what the page makes of it.
NOTING = """
globalThis.said = [];
globalThis.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      if (data.type === "output") said.push(data);
    });
  }
};"""

AT_REST = """() => {
  const states = Array.from(document.querySelectorAll(".live-control"),
    (control) => control.dataset.state);
  return states.some((it) => it !== "fresh")
    && !states.some((it) => it === "queued" || it === "running");
}"""


async def shown_in(page: Page, path: Path) -> dict[str, str]:
    """Return each cell's text, of what the worker has said."""
    notebook = download(path)
    outputs: dict[str, list[Any]] = {}
    for message in await page.evaluate("said"):
        outputs.setdefault(message["cell"], []).append(message["output"])
    for _, cell in code_cells(notebook):
        put(cell, outputs.get(cell.id, []))
    return by_cell(notebook)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
async def test_run_all_shows_what_a_kernel_shows(
    visit: Callable[..., Any],
    site: str,
    path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    cannot = EXCEPTIONS.cannot.get(path.stem, {})
    cells = {cell.id: cell for _, cell in code_cells(read_notebook(path))}
    it = await visit(site)
    await it.page.add_init_script(NOTING)
    page = await it.open(f"chapters/{path.stem.partition('-')[2]}/")
    run_all = page.get_by_role("button", name="Run all cells")
    if cannot.keys() >= cells.keys():
        assert await run_all.count() == 0
        return
    await run_all.click()
    await page.wait_for_function(AT_REST, timeout=240_000)
    states = await page.evaluate(STATES)
    assert states.keys() == cells.keys() - cannot.keys()
    may_raise = {name for name, it in cells.items() if RAISES in tags(it)}
    for cell, state in states.items():
        assert state == "ok" or (state == "error" and cell in may_raise), cell
    shown = await shown_in(page, path)
    assert told_apart(path, shown, await in_a_kernel(path, tmp_path_factory)) == {}
