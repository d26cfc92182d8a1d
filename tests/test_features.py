"""Each row of features.md that is built is named by a test or by an executed cell.

features.md, beside this file, says what `F12` and the like mean.
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
    text = (ROOT / "tests/features.md").read_text()
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


def test_every_row_is_shown_by_a_cell_or_stated_by_a_test():
    promised = set(explained()) - LATER
    assert promised - named_by_cells() - named_by_tests() == set()


def test_no_row_is_put_off_that_a_cell_shows():
    assert LATER & named_by_cells() == set()


def test_every_row_is_explained_once_in_order():
    assert explained() == [f"F{number}" for number in range(1, len(explained()) + 1)]
    named = named_by_cells() | named_by_tests()
    assert named - set(explained()) == set()


def test_every_stored_browser_result_is_asked_for():
    stored = {path.stem for path in (ROOT / "notebooks/browser").glob("*.json")}
    sources = "".join(path.read_text() for path in find_notebooks(ROOT / "notebooks"))
    assert {name for name in stored if f'"{name}\\"' not in sources} == set()
