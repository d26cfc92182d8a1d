"""Outputs are kept until something that they depend on changes."""

import shutil
from pathlib import Path

import pytest

from wslab.site.execution import cache as cache_module
from wslab.site.execution.cache import Cache
from wslab.site.execution.failure import ExecutionError
from wslab.site.execution.imports import named, reached
from wslab.site.execution.queue import execute_all
from wslab.site.notebooks import NotebookError, read_notebook
from wslab.site.project import Project

from .written import Started, write


@pytest.fixture
def started(tmp_path_factory, monkeypatch) -> Started:
    return Started(tmp_path_factory.mktemp("started"), monkeypatch)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def project(path: Path, cache: Path) -> Project:
    """The project of a notebook, without a configuration."""
    return Project(path.parent.parent, path.parent, cache)


def run(path: Path, cache: Path):
    (done,) = execute_all([path], cache=Cache(project(path, cache)))
    return done


def key(path: Path) -> str:
    """The key as a build that starts now would have it."""
    return Cache(project(path, Path("unused"))).key(read_notebook(path))


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return write(tmp_path / "notebooks" / "a.ipynb", "# Title", "print(6 * 7)")


def test_nothing_changed_and_no_kernel_starts(notebook, cache, started):
    first = run(notebook, cache)
    assert (started.count(), first.cached) == (1, False)
    second = run(notebook, cache)
    assert (started.count(), second.cached) == (0, True)
    assert second.notebook == first.notebook
    assert second.record == first.record


def test_new_prose_gets_the_kept_outputs(notebook, cache, started):
    run(notebook, cache)
    started.count()
    write(notebook, "# Another title", "# More prose", "print(6 * 7)", "# An end")
    done = run(notebook, cache)
    assert (started.count(), done.cached) == (0, True)
    kinds = [cell.cell_type for cell in done.notebook.cells]
    assert kinds == ["markdown", "markdown", "code", "markdown"]
    assert done.notebook.cells[0].source == "# Another title"
    assert done.notebook.cells[2].outputs[0].text == "42\n"


def test_new_code_is_executed(notebook, cache, started):
    run(notebook, cache)
    started.count()
    write(notebook, "# Title", "print(6 * 8)")
    assert run(notebook, cache).notebook.cells[1].outputs[0].text == "48\n"
    assert started.count() == 1


def test_a_failure_is_not_kept(tmp_path, cache, started):
    path = write(tmp_path / "notebooks" / "a.ipynb", "1 / 0")
    for _ in range(2):
        with pytest.raises(ExecutionError):
            run(path, cache)
    assert started.count() == 2


def test_a_damaged_entry_is_executed_anew(notebook, cache, started):
    run(notebook, cache)
    (entry,) = cache.iterdir()
    entry.write_text(entry.read_text()[:100])
    assert run(notebook, cache).cached is False
    assert started.count() == 2


def test_a_tag_changes_the_key(notebook):
    before = key(notebook)
    write(notebook, "# Title", "print(6 * 7)", tags={1: "raises-exception"})
    assert key(notebook) != before


@pytest.mark.parametrize("name", ["browser/echo.json", "local.py"])
def test_a_file_beside_the_notebooks_changes_the_key(notebook, name):
    before = key(notebook)
    file = notebook.parent / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("1")
    appeared = key(notebook)
    file.write_text("2")
    assert len({before, appeared, key(notebook)}) == 3


def test_another_notebook_does_not_change_the_key(notebook):
    before = key(notebook)
    write(notebook.with_name("b.ipynb"), "2")
    assert key(notebook) == before


def test_the_lock_changes_the_key(notebook):
    before = key(notebook)
    (notebook.parent.parent / "requirements.lock").write_text("uvicorn==0.54.0")
    assert key(notebook) != before


def test_an_installed_version_changes_the_key(notebook, tmp_path, monkeypatch):
    before = key(notebook)
    (tmp_path / "installed" / "some_package-1.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "installed")
    assert key(notebook) != before


def test_a_browser_changes_the_key(notebook, tmp_path, monkeypatch):
    browser = tmp_path / "bin" / "google-chrome"
    browser.parent.mkdir()
    monkeypatch.setenv("PATH", str(browser.parent))
    before = key(notebook)
    browser.touch(mode=0o755)
    assert key(notebook) != before


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package, which a test may change."""
    copy = tmp_path / "wslab"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(cache_module.PACKAGE, copy, ignore=ignored)
    monkeypatch.setattr(cache_module, "PACKAGE", copy)
    return copy


USES = "from wslab.lab import serve"


@pytest.mark.parametrize(
    "name", ["lab/serving.py", "lab/chrome/events.js", "trace/model.py", "__init__.py"]
)
def test_a_module_that_a_notebook_reaches_changes_its_key(notebook, package, name):
    write(notebook, "# Title", USES)
    before = key(notebook)
    (package / name).write_text("# changed\n")
    assert key(notebook) != before


@pytest.mark.parametrize(
    "name", ["site/plugin.py", "cli/main.py", "atlas/new.py", "testing/client.py"]
)
def test_a_module_that_a_notebook_does_not_reach_leaves_its_key(
    notebook, package, name
):
    write(notebook, "# Title", USES)
    before = key(notebook)
    (package / name).parent.mkdir(exist_ok=True)
    (package / name).write_text("# changed\n")
    assert key(notebook) == before


def test_what_a_notebook_reaches(package):
    files = reached(package, ["%time\nfrom wslab import testing"])
    names = {str(path.relative_to(package)) for path in files}
    assert {"__init__.py", "testing/client.py", "websocket/application.py"} <= names
    assert not any(it.startswith(("site", "cli", "lab")) for it in names)
    assert not any("__pycache__" in it for it in names)


def test_modules_that_a_cell_names():
    cell = "!python -m wslab.cli\nfrom wslab.lab import (\n  serve,\n  browser\n)"
    assert named(cell) >= {"wslab.cli", "wslab.lab.serve", "wslab.lab.browser"}


def test_a_cache_that_cannot_be_written_is_told_before_anything_runs(
    notebook, tmp_path, started
):
    (tmp_path / "file").touch()
    with pytest.raises(NotebookError, match=r"the cache cannot be written: .*file"):
        run(notebook, tmp_path / "file" / "notebooks")
    assert started.count() == 0
