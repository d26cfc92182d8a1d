"""notebooks/live.toml: the pages that a reader's browser opens, or what is wrong."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from wslab.site.live.cells.clients import Client, read_clients
from wslab.site.notebooks import NotebookError

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


SCRIPT = ENTRY.replace("client", "script").replace(
    'pages = ["/?user=ada", "/"]', 'script = "SEND"\npath = "/echo"'
)


def test_a_cell_has_a_script_run(notebooks):
    (notebooks / "live.toml").write_text(SCRIPT)
    client = Client("server", ["/echo"], "SEND")
    assert read_clients(notebooks) == {"01-a": {"one": client}}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"SEND"', '"SEND()"', r"\[\[script\]\] 1: `script` is no name"),
        ('"/echo"', '"echo"', '`path` is no path with "/" in front'),
        ("path =", "pages =", "an entry has cell, chapter, path, script, server, and"),
        (SCRIPT, ENTRY + SCRIPT, "1: the cell 'one' of 01-a opens some already"),
    ],
)
def test_a_script_that_is_wrong_is_named(notebooks, old, new, said):
    (notebooks / "live.toml").write_text(SCRIPT.replace(old, new))
    with pytest.raises(NotebookError, match=said):
        read_clients(notebooks)


def test_those_of_the_project_are_right():
    assert read_clients(ROOT / "notebooks")["12-chat-page"]["tabs-shown"].pages[1:]
