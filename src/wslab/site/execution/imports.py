"""The modules of this package that a notebook can import, directly or through others.

What the package has apart from these, such as the site or the command, can change
without a change of any output.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from wslab.site.project import is_input

NAME = "wslab"

_DOTTED = re.compile(r"\bwslab(?:\.\w+)*")
_FROM = re.compile(r"\bfrom (wslab[\w.]*) import \(?([\w\s,]+)")


def reached(package: Path, sources: Iterable[str], *names: str) -> list[Path]:
    """Return the files of a package that code reaches, sorted.

    A module is reached with the packages that it lies in and with their files that
    are no Python. An import counts wherever it stands, in a function too.

    Args:
        package: the package's directory.
        sources: what a kernel executes; it need not parse, since a cell may have
            magics, and may name a module in a string.
        names: modules that are reached anyway.
    """
    waiting = {*names, *(name for source in sources for name in named(source))}
    found: set[Path] = set()
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        outer = name.rpartition(".")[0] or NAME
        waiting |= {outer} - seen
        for file in _files(package, name):
            found.add(file)
            if file.suffix == ".py":
                waiting |= imported(file, file.stat().st_mtime_ns) - seen
    return sorted(found)


def named(source: str) -> set[str]:
    """Return every dotted name in a text that may be a module of the package."""
    names = set(_DOTTED.findall(source))
    for module, members in _FROM.findall(source):
        names |= {f"{module}.{member}" for member in re.findall(r"\w+", members)}
    return names


@cache
def imported(file: Path, changed: int) -> frozenset[str]:
    """Return the modules of the package that a file imports, in any of its lines.

    Args:
        file: a Python file.
        changed: its time of modification, so that a file is read again when it has
            changed.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module), level=0):
                names |= {module, *(f"{module}.{it.name}" for it in node.names)}
            case ast.Constant(value=str(text)) if _DOTTED.fullmatch(text):
                names.add(text)  # what importlib or a subprocess is told
    return frozenset(it for it in names if it.split(".")[0] == NAME)


def _files(package: Path, name: str) -> Iterator[Path]:
    """Yield the files of a module, or of a package itself, if it is one of these."""
    place = package.joinpath(*name.split(".")[1:])
    if (file := place.with_suffix(".py")).is_file():
        yield file
    elif place.is_dir():
        yield from _beside(place)


def _beside(directory: Path) -> Iterator[Path]:
    """Yield what makes up a package itself: its `__init__` and its data."""
    for path in directory.iterdir():
        if path.name == "__init__.py" or (path.suffix != ".py" and is_input(path)):
            yield path
