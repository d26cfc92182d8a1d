"""notebooks/live.toml: the pages that a reader's browser opens, or what is wrong."""

import ast

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from wslab.live.names import names_of
from wslab.site.live.cells.clients import Client, read_clients
from wslab.site.live.cells.exceptions import read_exceptions
from wslab.site.notebooks import (
    NotebookError,
    code_cells,
    find_notebooks,
    read_notebook,
)

from ..conftest import ROOT

ENTRY = """[[client]]
chapter = "01-a"
cell = "one"
server = "server"
pages = ["/?user=ada", "/"]
"""


@pytest.fixture
def notebooks(tmp_path):
    cells = [new_code_cell("1", id="one"), new_code_cell("2", id="two")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "01-a.ipynb")
    return tmp_path


def test_a_cell_opens_the_pages_of_a_server(notebooks):
    assert read_clients(notebooks) == {}
    (notebooks / "live.toml").write_text(ENTRY)
    client = Client("server", ["/?user=ada", "/"])
    assert read_clients(notebooks) == {"01-a": {"one": client}}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("01-a", "01-b", r"\[\[client\]\] 1: no chapter '01-b'; did you mean '01-a'"),
        ('"one"', '"once"', r"no code cell 'once' in 01-a; did you mean 'one'\?"),
        ("server =", "host =", "an entry has cell, chapter, pages, server, and noth"),
        ('"server"', '"a server"', "`server` is no name"),
        ('"/"', '"index.html"', '`pages` is no list of paths, each with "/" in front'),
        ('["/?user=ada", "/"]', "[]", "`pages` is no list of paths"),
        (ENTRY, ENTRY * 2, "2: the cell 'one' of 01-a opens some already"),
    ],
)
def test_an_entry_that_is_wrong_is_named(notebooks, old, new, said):
    (notebooks / "live.toml").write_text(ENTRY.replace(old, new))
    with pytest.raises(NotebookError, match=said):
        read_clients(notebooks)


def sessions(sources):
    """Names of the functions that drive a Chromium or have one in them driven."""
    for source in sources:
        for node in ast.parse(source).body:
            driven = {
                getattr(getattr(it, "func", None), "id", "")
                for part in ast.walk(node)
                if isinstance(part, ast.AsyncFunctionDef)
                for it in part.decorator_list
            }
            if "stored" in driven:
                yield node.name


@pytest.fixture(scope="module")
def clients():
    return read_clients(ROOT / "notebooks")


@pytest.fixture(scope="module")
def exceptions():
    return read_exceptions(ROOT / "notebooks")


@pytest.mark.parametrize(
    "path", find_notebooks(ROOT / "notebooks"), ids=lambda path: path.stem
)
def test_what_chromium_did_has_pages_for_the_readers_browser_or_a_reason(
    path, clients, exceptions
):
    cells = {it.id: it.source for _, it in code_cells(read_notebook(path))}
    python = {it: source for it, source in cells.items() if names_of(source)}
    told = {
        *clients.get(path.stem, {}),
        *exceptions.stored.get(path.stem, {}),
        *exceptions.cannot.get(path.stem, {}),
    }
    drive = set(sessions(python.values()))
    shown = {it for it, source in python.items() if names_of(source).loads & drive}
    assert shown - told == set()


def test_those_of_the_project_are_right(clients):
    assert clients["12-chat-page"]["tabs-shown"].pages[1:]
