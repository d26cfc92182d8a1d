"""A small project for the command to work on."""

import shutil
from pathlib import Path

import pytest

from ..site.written import write

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the site's plugin, and one notebook; the directory is it."""
    (tmp_path / "mkdocs.yml").write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\nnav: [index.md, {{Chapters: chapters/}}]\n"
        "watch: [notebooks]\n"
    )
    pages = tmp_path / "site_src"
    shutil.copytree(ROOT / "site_src" / "overrides", pages / "overrides")
    (pages / "index.md").write_text("# Home\n")
    write(tmp_path / "notebooks" / "01-first.ipynb", "# First", "print('as', 'made')")
    monkeypatch.chdir(tmp_path)
    return tmp_path
