"""What a chapter offers for download: its notebook, and complete applications.

The notebook carries the stored results that it shows, so that it runs anywhere. Cells
tagged `app:NAME.py` make up a file NAME.py for `uvicorn NAME:app`, in their order, with
all their imports at its head.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from pprint import pformat
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from wslab.site.notebooks import NotebookError, code_cells, tags, title

TAG = "app:"
NAME = re.compile(r"[a-z_][a-z0-9_]*\.py")
Import = ast.Import | ast.ImportFrom
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


CARRIED = """\
# What browsers and other programs did when this notebook was published: run this cell
# first, and the cells that need one show it where there is none.
from wslab.lab import carry

carry({})
"""


def notebook_file(notebook: NotebookNode, directory: Path) -> str:
    """Return the text of a notebook's file that runs in any directory.

    A folded cell before its first code cell has the results that are kept in the
    notebooks' `directory` under a name which its code has in quotes.
    """
    # Imported only now, since it brings uvicorn along.
    from wslab.lab.chrome.stored import BROWSER
    from wslab.lab.programs.stored import PROGRAMS

    travelling = deepcopy(notebook)
    code = "\n".join(cell.source for _, cell in code_cells(notebook))
    quoted = {name for _, name in re.findall(r"""(["'])([\w-]+)\1""", code)}
    results: dict[str, Any] = {}
    for archive in (BROWSER, PROGRAMS):
        names = (it for it in archive.names(directory) if it in quoted)
        results |= archive.carried(names, directory)
    if results:
        first, _ = next(code_cells(notebook))
        cell = carrying(pformat(results, width=88, sort_dicts=False))
        travelling.cells.insert(first, cell)
    return str(nbformat.writes(travelling))  # type: ignore[no-untyped-call]


def carrying(results: str) -> NotebookNode:
    """Return the folded cell that hands its results over."""
    metadata = {"jupyter": {"source_hidden": True}}
    cell: NotebookNode = new_code_cell(  # type: ignore[no-untyped-call]
        CARRIED.replace("{}", results).rstrip(), id="stored-results", metadata=metadata
    )
    return cell


def applications(notebook: NotebookNode) -> dict[str, str]:
    """Return the text of each application of a notebook, by file name.

    Raises:
        NotebookError: a name is no module's, a cell's code is no plain Python, or an
            application has no `app`.
    """
    parts: dict[str, list[str]] = {}
    for index, cell in code_cells(notebook):
        for name in names(cell):
            if not NAME.fullmatch(name):
                raise NotebookError(f"cell {index + 1}: {name!r} names no module")
            check(cell, name, index)
            parts.setdefault(name, []).append(str(cell.source))
    chapter = title(notebook)
    return {name: assemble(name, parts[name], chapter) for name in parts}


def names(cell: NotebookNode) -> list[str]:
    """Return the file names of the applications that a cell is a part of."""
    return [tag.removeprefix(TAG) for tag in tags(cell) if tag.startswith(TAG)]


def check(cell: NotebookNode, name: str, index: int) -> None:
    """Check that a cell, at `index` among all from 0, can stand in a module.

    Raises:
        NotebookError: it cannot.
    """
    try:
        # A notebook may await at its top level, a module may not.
        compile(cell.source, name, "exec")
    except SyntaxError as error:
        raise NotebookError(
            f"cell {index + 1}, line {error.lineno}: {error.msg}: not for {name}"
        ) from None


def assemble(name: str, sources: Iterable[str], chapter: str) -> str:
    """Return one module of several cells.

    Raises:
        NotebookError: it has no `app`.
    """
    imports: list[Import] = []
    bodies: list[str] = []
    for source in sources:
        body, found = split(source)
        imports += found
        bodies += [body] if body else []
    text = "\n\n\n".join(bodies)
    if "app" not in bound(ast.parse(text)):
        raise NotebookError(f"the cells of {name} define no `app`")
    module = name.removesuffix(".py")
    head = f"{chapter or 'An application'}\n\nRun it: uvicorn {module}:app"
    gap = "\n" if imports else "\n\n"
    return f'"""{head}\n"""\n{gap}{import_block(imports)}{text}\n'


def split(source: str) -> tuple[str, list[Import]]:
    """Return a cell's code without its imports, and these."""
    lines = source.splitlines()
    imports = [it for it in ast.parse(source).body if isinstance(it, Import)]
    for it in reversed(imports):
        del lines[it.lineno - 1 : it.end_lineno]
    return "\n".join(lines).strip("\n"), imports


def import_block(imports: Iterable[Import]) -> str:
    """Return each import once: the standard library's, a blank line, the others'."""
    imports = list(imports)
    groups = (list(sorted_lines(imports, own)) for own in (True, False))
    blocks = ["\n".join(lines) for lines in groups if lines]
    return "\n\n".join(blocks) + "\n\n\n" if blocks else ""


def sorted_lines(imports: Iterable[Import], standard: bool) -> Iterator[str]:
    """Yield the lines for the modules of the standard library, or for all others."""
    whole: set[str] = set()
    members: dict[str, set[str]] = {}
    for it in imports:
        aliases = {ast.unparse(alias) for alias in it.names}
        if isinstance(it, ast.Import):
            whole |= aliases
        else:
            members.setdefault(it.module or "", set()).update(aliases)
    for line in sorted(whole):
        if is_standard(line) == standard:
            yield f"import {line}"
    for module in sorted(members):
        if is_standard(module) == standard:
            yield f"from {module} import {', '.join(sorted(members[module]))}"


def is_standard(name: str) -> bool:
    """Return whether a module is the standard library's."""
    return re.split(r"[. ]", name)[0] in sys.stdlib_module_names


def bound(module: ast.Module) -> set[str]:
    """Return the names that a module's top level defines."""
    found = {it.name for it in module.body if isinstance(it, Definition)}
    for it in module.body:
        if isinstance(it, ast.Assign | ast.AnnAssign):
            targets = (node for node in ast.walk(it) if isinstance(node, ast.Name))
            found |= {it.id for it in targets if isinstance(it.ctx, ast.Store)}
    return found
