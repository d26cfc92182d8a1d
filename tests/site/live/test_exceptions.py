"""notebooks/live.toml: read, and refused with the entry's name."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from wslab.site.live.cells.exceptions import Exceptions, read_exceptions
from wslab.site.notebooks import NotebookError

from ..conftest import ROOT

ENTRY = '[[{kind}]]\nchapter = "01-a"\ncells = {cells}\nreason = "it needs Redis"\n'


@pytest.fixture
def notebooks(tmp_path):
    cells = [
        new_markdown_cell("# A", id="title"),
        new_code_cell("1", id="one"),
        new_code_cell("2", id="two"),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "01-a.ipynb")
    return tmp_path


def write(notebooks, kind="cannot", cells='["one"]', **more):
    text = ENTRY.format(kind=kind, cells=cells)
    for old, new in more.items():
        text = text.replace(old, new)
    (notebooks / "live.toml").write_text(text)
    return notebooks


def test_without_the_file_there_are_none(notebooks):
    assert read_exceptions(notebooks) == Exceptions()


def test_a_reason_is_that_of_each_cell_that_is_named(notebooks):
    found = read_exceptions(write(notebooks, cells='["one", "two"]'))
    reasons = {"one": "it needs Redis", "two": "it needs Redis"}
    assert found == Exceptions(cannot={"01-a": reasons})


def test_all_are_the_code_cells(notebooks):
    found = read_exceptions(write(notebooks, "differs", '"all"'))
    assert found.differs["01-a"].keys() == {"one", "two"}
    assert not found.cannot


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"01-a": "01-b"}, r"\[\[cannot\]\] 1: no chapter '01-b'; did you mean '01-a'"),
        ({'"one"': '"once"'}, r"no code cell 'once' in 01-a; did you mean 'one'\?"),
        ({'"one"': '"title"'}, "no code cell 'title' in 01-a"),
        ({'["one"]': '"one"'}, 'neither a list of ids nor "all"'),
        ({'"one"': '"one", "one"'}, "the cell 'one' of 01-a has a reason already"),
        ({"it needs Redis": " "}, "`reason` is no sentence"),
        ({"reason": "why"}, "an entry has cells, chapter, reason, and nothing else"),
        ({"cannot": "can"}, "'can' is none of cannot, differs"),
        ({"[[": "["}, "live.toml: "),
    ],
)
def test_what_is_wrong_names_the_file_and_the_entry(notebooks, change, said):
    with pytest.raises(NotebookError, match=said) as error:
        read_exceptions(write(notebooks, **change))
    assert str(error.value).startswith(str(notebooks / "live.toml"))


def test_the_project_s_own_can_be_read():
    read_exceptions(ROOT / "notebooks")
