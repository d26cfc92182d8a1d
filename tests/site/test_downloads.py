"""Tagged cells become files that `uvicorn NAME:app` runs; a notebook can travel."""

import json
from pathlib import Path

import nbformat
import pytest

from wslab.site.notebooks import NotebookError, read_notebook
from wslab.site.pages.downloads import applications, notebook_file

from .written import write


def files(path: Path, *sources: str, tags: dict[int, str]) -> dict[str, str]:
    return applications(read_notebook(write(path, *sources, tags=tags)))


def test_cells_in_order_with_their_imports_at_the_head(tmp_path: Path):
    found = files(
        tmp_path / "a.ipynb",
        "# Rooms",
        "from uvicorn import Config\nimport json\n\nrooms = {}",
        "server = 1",
        "from asyncio import sleep\nimport json\n\n\nasync def app(*_):\n    pass",
        "other = 2",
        tags={1: "app:chat.py", 3: "app:chat.py", 4: "remove-cell"},
    )
    assert found == {
        "chat.py": '"""Rooms\n\nRun it: uvicorn chat:app\n"""\n\n'
        "import json\nfrom asyncio import sleep\n\nfrom uvicorn import Config\n\n\n"
        "rooms = {}\n\n\nasync def app(*_):\n    pass\n"
    }


def test_several_applications_share_a_cell(tmp_path: Path):
    path = write(tmp_path / "a.ipynb", "app = 1", "app = 2")
    notebook = read_notebook(path)
    notebook.cells[0].metadata["tags"] = ["app:one.py", "app:two.py"]
    notebook.cells[1].metadata["tags"] = ["app:two.py"]
    found = applications(notebook)
    assert list(found) == ["one.py", "two.py"]
    assert (
        found["one.py"]
        == '"""An application\n\nRun it: uvicorn one:app\n"""\n\n\napp = 1\n'
    )
    assert found["two.py"].endswith("app = 1\n\n\napp = 2\n")


@pytest.mark.parametrize(
    ("source", "tag", "message"),
    [
        ("x = 1", "app:chat.py", r"the cells of chat\.py define no `app`"),
        ("await x", "app:chat.py", r"cell 1, line 1: .*: not for chat\.py"),
        ("%time app = 1", "app:chat.py", r"cell 1, line 1: .*: not for chat\.py"),
        ("app = 1", "app:../chat.py", r"cell 1: '\.\./chat\.py' names no module"),
        ("app = 1", "app:chat", "cell 1: 'chat' names no module"),
    ],
)
def test_what_makes_no_application(tmp_path: Path, source, tag, message):
    with pytest.raises(NotebookError, match=message):
        files(tmp_path / "a.ipynb", source, tags={0: tag})


def test_a_notebook_without_applications(tmp_path: Path):
    assert files(tmp_path / "a.ipynb", "app = 1", tags={}) == {}


RESULT = (
    '{"chromium": "99.0.1", "value": 2, "pages": '
    '[{"url": "about:blank", "console": ["it\'s \\"so\\""], "events": []}]}'
)


def test_a_notebook_carries_the_browser_results_that_it_names(tmp_path: Path):
    """In a folded cell before its first code; what executed cells printed stays."""
    source = 'result = await browser("sum", "return 1 + 1")'
    path = write(tmp_path / "a.ipynb", "# Sums", "x = 1", source)
    (tmp_path / "browser").mkdir()
    for name in ("sum", "another"):
        (tmp_path / "browser" / f"{name}.json").write_text(RESULT)
    (tmp_path / "browser" / "sum.1.png").write_bytes(b"\x89PNG")
    notebook = read_notebook(path)
    text, carrying, *rest = nbformat.reads(notebook_file(notebook, tmp_path), 4).cells
    assert [text, *rest] == notebook.cells
    assert carrying.metadata.jupyter.source_hidden
    results: dict[str, object] = {}
    code = carrying.source.replace("from wslab.lab import carry", "")
    exec(code, {"carry": results.update})
    assert results == {"sum": json.loads(RESULT) | {"pictures": ["iVBORw=="]}}


def test_a_notebook_that_names_no_result_is_as_it_was(tmp_path: Path):
    path = write(tmp_path / "a.ipynb", "# Sums", "x = 1")
    notebook = read_notebook(path)
    assert nbformat.reads(notebook_file(notebook, tmp_path), 4) == notebook
