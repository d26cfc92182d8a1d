"""Tagged cells become files that `uvicorn NAME:app` runs."""

from pathlib import Path

import pytest

from wslab.site.notebooks import NotebookError, read_notebook
from wslab.site.pages.downloads import applications

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
