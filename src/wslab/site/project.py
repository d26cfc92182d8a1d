"""A project: where its root is, its chapters, and the files that they depend on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from wslab.site.notebooks import NotebookError, find_notebooks

CONFIGURATION = "mkdocs.yml"
PLUGIN = "wslab"
NOTEBOOKS = "notebooks"
CACHE = ".cache/notebooks"
EXCEPTIONS = "live.toml"


@dataclass(frozen=True)
class Project:
    """The directory that holds `mkdocs.yml`, and the two that its plugin names."""

    root: Path
    notebooks: Path
    cache: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Self:
        """Return the project at or above a directory (the current one unless given).

        Raises:
            NotebookError: there is none.
        """
        root = find_root(start)
        options = _plugin_options(root / CONFIGURATION)
        notebooks = root / options.get("notebooks", NOTEBOOKS)
        return cls(root, notebooks, root / options.get("cache", CACHE))

    @property
    def configuration(self) -> Path:
        """The file that configures the site."""
        return self.root / CONFIGURATION

    def chapters(self) -> list[Path]:
        """Return the notebooks in reading order.

        Raises:
            NotebookError: there are none.
        """
        if found := find_notebooks(self.notebooks):
            return found
        raise NotebookError(f"no notebooks in {self.notebooks}")

    def inputs(self) -> Iterator[Path]:
        """Yield the files, written by people, that any notebook may depend on.

        They are those beside the notebooks, which a cell may open or import, and the
        lock file. What can't run in a page is no matter of a kernel's.
        """
        beside = filter(is_input, sorted(self.notebooks.rglob("*")))
        yield from (it for it in beside if it != self.notebooks / EXCEPTIONS)
        lock = self.root / "requirements.lock"
        if lock.is_file():
            yield lock


def find_root(start: Path | None = None) -> Path:
    """Return the directory, at or above one, that has the file of a site.

    Args:
        start: where to look, the current directory unless given.

    Raises:
        NotebookError: there is none.
    """
    start = (start or Path.cwd()).resolve()
    for directory in (start, *start.parents):
        if (directory / CONFIGURATION).is_file():
            return directory
    raise NotebookError(f"no {CONFIGURATION} in {start} or in a directory above it")


def is_input(path: Path) -> bool:
    """Return whether a file is written by people, and is no notebook."""
    made = {"__pycache__", ".ipynb_checkpoints"}.intersection(path.parts)
    return path.is_file() and path.suffix != ".ipynb" and not made


def _plugin_options(configuration: Path) -> dict[str, Any]:
    """Return what `mkdocs.yml` tells the site's plugin, without loading any plugin."""
    from mkdocs.exceptions import ConfigurationError
    from mkdocs.utils.yaml import yaml_load

    try:
        with configuration.open("rb") as file:
            plugins = yaml_load(file).get("plugins", [])
    except ConfigurationError as error:
        raise NotebookError(f"{configuration}: {error}") from None
    named = plugins if isinstance(plugins, dict) else {}
    for entry in plugins if isinstance(plugins, list) else ():
        named |= entry if isinstance(entry, dict) else {}
    return named.get(PLUGIN) or {}
