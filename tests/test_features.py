"""Each row of promises.md is proven by an executed cell, which has it in its tags.

site_src/promises.md says what `F12` and the like mean.
"""

import re
from pathlib import Path

from wslab.site.notebooks import code_cells, find_notebooks, read_notebook, tags

ROOT = Path(__file__).parents[1]
LATER = {
    *("F10", "F11", "F31", "F50", "F52", "F53", "F54", "F57", "F59", "F60"),
}
"""Rows whose chapters are still to be written."""


def rows(text: str) -> set[str]:
    return set(re.findall(r"\bF\d{1,2}\b", text))


def explained() -> list[str]:
    text = (ROOT / "site_src/promises.md").read_text()
    return re.findall(r"^\| (F\d+) \|", text, re.MULTILINE)


def named_by_cells() -> set[str]:
    notebooks = map(read_notebook, find_notebooks(ROOT / "notebooks"))
    return {
        row
        for notebook in notebooks
        for _, cell in code_cells(notebook)
        for row in rows(" ".join(tags(cell)))
    }


def named_by_tests() -> set[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    texts = (f.read_text() for f in files if f != Path(__file__))
    return set().union(*map(rows, texts))


def test_every_row_is_shown_by_a_cell():
    assert set(explained()) - LATER - named_by_cells() == set()


def test_no_row_is_put_off_that_a_cell_shows():
    assert LATER & named_by_cells() == set()


def test_every_row_is_explained_once_in_order():
    assert explained() == [f"F{number}" for number in range(1, len(explained()) + 1)]
    named = named_by_cells() | named_by_tests()
    assert named - set(explained()) == set()


def test_every_stored_result_is_asked_for_and_has_a_name_of_its_own():
    files = [*ROOT.glob("notebooks/browser/*.json")]
    files += ROOT.glob("notebooks/programs/*.json")
    stored = {path.stem for path in files}
    assert len(stored) == len(files)
    sources = "".join(path.read_text() for path in find_notebooks(ROOT / "notebooks"))
    assert {name for name in stored if f'"{name}\\"' not in sources} == set()
