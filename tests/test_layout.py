"""The layout: which package may import which, and what a file and a folder may hold."""

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"

MAY_IMPORT = {
    "asgi": set(),
    "kernel": set(),
    "websocket": {"asgi"},
    "testing": {"asgi"},
    "trace": {"asgi", "kernel"},
    "lab": {"asgi", "kernel", "trace"},
    "live": {"asgi", "kernel", "trace", "lab"},
    "atlas": {"asgi", "kernel", "trace", "lab", "testing", "websocket", "__init__"},
    "site": {"asgi", "kernel", "trace", "lab", "live", "atlas"},
    "cli": {"asgi", "kernel", "trace", "lab", "live", "atlas", "site"},
    "__init__": {"websocket", "asgi"},
}
"""Each package, and those below it; none may import what is beside or above it."""

LINES = 330  # of a file
FILES = 16  # of a folder

MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts): path
    for path in sorted(SOURCE.rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text()) for name, path in MODULES.items()}


def module_of(name: str) -> str | None:
    """The module that a dotted name is or lies in, as TREES knows it."""
    for known in (f"{name}.__init__", name):
        if known in TREES:
            return known
    return None


def imported(module: str) -> Iterator[tuple[str, str | None, int]]:
    """Each of our modules that one imports, with the name taken from it, and the line.

    Imports in functions and under TYPE_CHECKING count.
    """
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if found := module_of(alias.name):
                    yield found, None, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = absolute(module, node)
            for alias in node.names:
                if submodule := module_of(f"{base}.{alias.name}"):
                    yield submodule, None, node.lineno
                elif found := module_of(base):
                    yield found, alias.name, node.lineno


def absolute(module: str, node: ast.ImportFrom) -> str:
    """The module that an import names; a relative one counts from the importing one."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")[: -node.level]
    return ".".join([*parts, *([node.module] if node.module else [])])


def package(module: str) -> str:
    """The layer of a module, as in `trace` for `wslab.trace.wire.frames`."""
    return module.split(".")[1]


def is_private(name: str | None) -> bool:
    return bool(name) and name.startswith("_") and not name.startswith("__")


def aliases(module: str) -> set[str]:
    """The names under which a module knows other modules of ours."""
    found = set()
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import | ast.ImportFrom):
            base = "" if isinstance(node, ast.Import) else f"{absolute(module, node)}."
            found |= {
                alias.asname or alias.name
                for alias in node.names
                if module_of(f"{base}{alias.name}")
            }
    return found


def upward(module: str) -> Iterator[str]:
    own = package(module)
    for other, _, line in imported(module):
        if package(other) not in MAY_IMPORT[own] | {own}:
            yield f"{module}, line {line}: {other}"


def prying(module: str) -> Iterator[str]:
    """Private names taken from another module, or through it; not those of objects."""
    for other, name, line in imported(module):
        if is_private(name) or is_private(other.rsplit(".", 1)[-1]):
            yield f"{module}, line {line}: {name} of {other}"
    known = aliases(module)
    for node in ast.walk(TREES[module]):
        private = isinstance(node, ast.Attribute) and is_private(node.attr)
        if private and ast.unparse(node.value) in known:
            yield f"{module}, line {node.lineno}: {ast.unparse(node)}"


def defining(module: str) -> Iterator[str]:
    """What an `__init__` holds beside its docstring, imports and `__all__`.

    Imports may be put off to the first use of a name, by a module's `__getattr__`.
    """
    put_off = [
        inner
        for node in TREES[module].body
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in node.body
        if not (isinstance(inner, ast.FunctionDef) and inner.name == "__getattr__")
    ]
    for node in [*TREES[module].body, *put_off]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        names = (
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        )
        if not (docstring or names or isinstance(node, ast.Import | ast.ImportFrom)):
            yield f"{module}, line {node.lineno}"


def circles(graph: dict[str, set[str]]) -> Iterator[str]:
    """One circle after the other, until none is left."""
    while True:
        try:
            TopologicalSorter(graph).prepare()
            return
        except CycleError as error:
            imported, importing, *_ = error.args[1]
            yield " <- ".join(error.args[1])
            graph = {**graph, importing: graph[importing] - {imported}}


def test_no_arrow_points_upward_or_sideways():
    assert [it for module in TREES for it in upward(module)] == []


def test_the_layers_are_in_no_circle():
    assert list(circles(MAY_IMPORT)) == []


def test_no_modules_import_each_other_in_a_circle():
    graph = {
        module: {other for other, _, _ in imported(module)} - {module}
        for module in TREES
    }
    assert list(circles(graph)) == []


def test_an_init_only_re_exports():
    packages = [module for module in TREES if module.endswith(".__init__")]
    assert [it for module in packages for it in defining(module)] == []


def test_no_private_name_of_another_module_is_used():
    assert [it for module in TREES for it in prying(module)] == []


def test_no_file_is_long():
    lines = {
        module: len(path.read_text().splitlines()) for module, path in MODULES.items()
    }
    assert {module: n for module, n in lines.items() if n > LINES} == {}


def test_no_folder_is_crowded():
    folders = Counter(path.parent.relative_to(SOURCE) for path in MODULES.values())
    assert {str(it): n for it, n in folders.items() if n > FILES} == {}
