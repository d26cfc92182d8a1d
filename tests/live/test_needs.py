"""Which cells a cell needs: by rules, and in all chapters by what Python would load."""

import ast
import builtins
import dis
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from wslab.live.needs import needs
from wslab.site.notebooks import code_cells, find_notebooks, read_notebook

CHAPTERS = find_notebooks(Path(__file__).parents[2] / "notebooks")

RULES = {
    "a name": (["a = 1", "b = 2", "a"], {0}),
    "what was bound last": (["a = 1", "a = 2", "a"], {1}),
    "its own names come first": (["a = 1", "a = 2\na"], set()),
    "a name used before it is bound": (["a = 1", "a = a + 1"], {0}),
    "an augmented assignment": (["a = 1", "a += 1", "a"], {0, 1}),
    "needs of what it needs": (["a = 1", "b = a", "b"], {0, 1}),
    "an attribute that is set": (["a = f()", "a.x = 1", "a"], {0, 1}),
    "an item that is set": (["a = {}", "a[1] = 1", "del a[1]", "a"], {0, 1, 2}),
    "a method as a statement": (["a = []", "a.append(1)", "a"], {0, 1}),
    "a method that is awaited": (["a = f()", "await a.send(1)", "a"], {0, 1}),
    "a method whose value is used": (["a = f()", "b = a.url()", "a"], {0}),
    "a decorator of a shared object": (
        ["app = f()", "@app.route('/')\ndef view(): ...", "app"],
        {0, 1},
    ),
    "a route that is added to a server's application": (
        ["app = f()", "server = await serve(app)", "app.add('/', 1)", "server.url()"],
        {0, 1, 2},
    ),
    "a function's names, when it is called": (
        ["def f(): return a", "a = 1", "f()"],
        {0, 1},
    ),
    "a function defined here and called": (["a = 1", "def f(): return a\nf()"], {0}),
    "not a function's own names": (
        ["a = 1", "def f(a, *b, c=1):\n    d = a\n    return d, b, c", "f(1)"],
        {1},
    ),
    "a global of a function": (
        ["def f():\n    global a\n    a = 1", "f()", "a"],
        {0, 1},
    ),
    "not a comprehension's names": (["a = 1", "[a for a in range(3) if a]"], set()),
    "a comprehension's source": (["a = [1]", "[b for b in a]"], {0}),
    "a lambda's names": (["a = 1", "f = lambda b: a + b", "f(1)"], {0, 1}),
    "a class's bases": (["A = object", "class B(A):\n    x = 1", "B.x"], {0, 1}),
    "a name that is imported": (["import os.path as p", "from x import a", "p"], {0}),
    "an import of all": (["a = 1", "from x import *", "a"], {0, 1}),
    "a name of an except clause": (
        ["try: f()\nexcept E as error: kept = error", "kept"],
        {0},
    ),
    "a name that a pattern binds": (
        [
            "match f():\n    case [a, *b]: ...\n    case {'k': c, **d}: ...",
            "a, b, c, d",
        ],
        {0},
    ),
    "an annotation without a value binds nothing": (["a = 1", "a: int", "a"], {0}),
    "a trace needs all that used the server": (
        ["s = f()", "async with connect(s.url()) as c: ...", "s.trace"],
        {0, 1},
    ),
    "a trace needs who calls what uses the server": (
        ["s = f()", "def ask(): return s.url()", "ask()", "s.trace"],
        {0, 1, 2},
    ),
    "what a handler changes needs who talks to it": (
        [
            "seen = []",
            "def handler(): seen.append(1)",
            "s = serve(handler)",
            "x = connect(s.url())",
            "y = 1",
            "seen",
        ],
        {0, 1, 2, 3},
    ),
    "all, if it is IPython's magic": (["a = 1", "%time a"], {0}),
    "nothing, if it is no Python": (["a = 1", "a = a +"], set()),
}


@pytest.mark.parametrize(("sources", "found"), RULES.values(), ids=RULES)
def test_rules(sources: list[str], found: set[int]):
    assert needs(sources)[-1] == found


def names(code: CodeType, operations: set[str]) -> Iterator[str]:
    """Yield the global names that operations of a module's code name."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in operations:
            yield instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from names(inner, operations - {"LOAD_NAME", "STORE_NAME"})


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_cell_of_a_chapter_has_the_names_that_its_code_loads(path: Path):
    """What CPython compiles is asked, which knows nothing of syntax trees any more."""
    sources = [str(cell.source) for _, cell in code_cells(read_notebook(path))]
    codes = []
    for source in sources:
        plain = source.replace("%xmode", "#")
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        codes.append(compile(plain, "cell", "exec", flags, dont_inherit=True))
    loaded = [set(names(it, {"LOAD_NAME", "LOAD_GLOBAL"})) for it in codes]
    bound = [set(names(it, {"STORE_NAME", "STORE_GLOBAL"})) for it in codes]
    for number, needed in enumerate(needs(sources)):
        there = set().union(*(bound[it] for it in needed | {number}), dir(builtins))
        before = set().union(*bound[:number])
        lacking = (loaded[number] - there) & before
        assert not lacking, f"cell {number + 1} lacks {lacking}"
