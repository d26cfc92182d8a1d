"""The licences of all that pages load and that is not ours, each as it says itself."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

LICENCES = "licences.json"
TEXTS = "licences"
"""The folder of the texts, beside the page."""

_TEXT = re.compile(
    r"[^/]+\.dist-info/(?:licenses/.+|(?:licen[cs]e|copying|notice)[^/]*)", re.I
)
_CLASSIFIER = "License :: "
_HEAD = """\
---
search:
  exclude: true
---

# Licences

What your browser loads to run a chapter's cells, and what the scripts of this site are
built with, was written by others. Each is given with the licence that it states itself.
The site's own code is under the MIT licence.
"""
_NOTHING = "\nThis site was built without what runs cells in a page.\n"
_LIBRARY = """
Pyodide contains Python's interpreter and standard library, Copyright © 2001 Python
Software Foundation, under the [PSF license](https://docs.python.org/3/license.html).
"""


@dataclass(frozen=True)
class Licence:
    """A package, its licence's name, and the texts that it carries."""

    name: str
    version: str
    licence: str
    home: str = ""
    texts: list[str] = field(default_factory=list)


def of_wheel(path: Path) -> Licence:
    """Return what a wheel's metadata say, and the texts that lie beside them."""
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        (metadata,) = (it for it in names if it.endswith(".dist-info/METADATA"))
        said = HeaderParser().parsestr(wheel.read(metadata).decode())
        texts = [wheel.read(it).decode() for it in names if _TEXT.fullmatch(it)]
    return Licence(said["Name"], said["Version"], _licence(said), _home(said), texts)


def _licence(said: Message) -> str:
    classifiers = said.get_all("Classifier", [])
    classified = [it for it in classifiers if it.startswith(_CLASSIFIER)]
    by_class = ", ".join(it.rpartition(" :: ")[2] for it in classified)
    return str(said["License-Expression"] or by_class or said["License"] or "unknown")


def _home(said: Message) -> str:
    links = dict(it.split(", ", 1) for it in said.get_all("Project-URL", []))
    known = {label.lower(): link for label, link in links.items()}
    wanted = (
        known.get(it) for it in ("source", "source code", "repository", "homepage")
    )
    return next(filter(None, wanted), said["Home-page"] or "")


def of_package(folder: Path) -> Licence:
    """Return what a package of npm says."""
    said = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    repository = said.get("repository") or {}
    home = repository.get("url", "").removeprefix("git+").removesuffix(".git")
    return Licence(said["name"], said["version"], said["license"], home)


def write_licences(licences: Iterable[Licence], path: Path) -> None:
    """Keep licences in a file."""
    path.write_text(json.dumps([asdict(it) for it in licences]), encoding="utf-8")


def read_licences(path: Path) -> list[Licence]:
    """Return the licences of a file, none if it is not there."""
    if not path.is_file():
        return []
    return [Licence(**it) for it in json.loads(path.read_text(encoding="utf-8"))]


def page(python: Iterable[Licence], scripts: Iterable[Licence]) -> str:
    """Return the page as Markdown.

    Args:
        python: of what runs cells; none where the site has nothing of this.
        scripts: of what is in the site's scripts.
    """
    python, scripts = list(python), list(scripts)
    parts = [_HEAD]
    parts += (
        ["\n## To run cells\n", *_listed(python), _LIBRARY] if python else [_NOTHING]
    )
    if scripts:
        parts += ["\n## In the site's scripts\n", *_listed(scripts)]
    return "".join(parts)


def files(licences: Iterable[Licence]) -> Iterable[tuple[str, str]]:
    """Yield the name of the file of each licence that has texts, and its content."""
    for it in licences:
        if it.texts:
            yield _file(it), "\n\n\n".join(text.strip() for text in it.texts) + "\n"


def _file(licence: Licence) -> str:
    name = licence.name.removeprefix("@").replace("/", "-")
    return f"{TEXTS}/{name}.txt"


def _listed(licences: list[Licence]) -> Iterable[str]:
    yield "\n| package | version | licence |\n| --- | --- | --- |\n"
    for it in licences:
        name = f"[{it.name}]({it.home})" if it.home.startswith("https://") else it.name
        licence = f"[{it.licence}]({_file(it)})" if it.texts else it.licence
        yield f"| {name} | {it.version} | {licence} |\n"
