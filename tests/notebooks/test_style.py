"""Every chapter keeps the style: short cells, more prose than code, plain words."""

import re
from pathlib import Path
from statistics import median, quantiles

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from wslab.site.new_chapter import create_chapter
from wslab.site.notebooks import code_cells, read_notebook, tags

from .chapters import each_chapter

FENCED = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`", re.DOTALL)
MARKS = re.compile(r"^!!! |!\[|<!--", re.MULTILINE)  # an admonition, an image
PROVED = re.compile(r"\bassert\b|\.trace\b")
FUNCTION = re.compile(r"^(?:async )?def .*\n(?:(?:[ \t)].*)?\n)*", re.MULTILINE)
FOLDED = {"collapse", "remove-input", "remove-cell", "solution"}
FORBIDDEN = re.compile(r"\bsimply\b|\bjust\b|!", re.IGNORECASE)


def prose(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def code(notebook: NotebookNode) -> list[str]:
    return [cell.source for _, cell in code_cells(notebook)]


def open_code(notebook: NotebookNode) -> list[str]:
    """The code that a page shows without a click."""
    cells = [cell for _, cell in code_cells(notebook)]
    return [cell.source for cell in cells if not FOLDED & set(tags(cell))]


def faults(notebook: NotebookNode) -> list[str]:
    """What is wrong with the style of a notebook, in words."""
    return [
        *lengths([source.count("\n") + 1 for source in open_code(notebook)]),
        *widths(code(notebook)),
        *proportion("".join(prose(notebook)), "".join(open_code(notebook))),
        *words(prose(notebook)),
        *identities(notebook),
        *headings(prose(notebook)),
        *outputs(notebook),
        *unproved(code(notebook)),
        *unnamed(prose(notebook)[0], "\n".join(code(notebook))),
    ]


def lengths(lines: list[int]):
    if not 3 <= median(lines) <= 6:
        yield f"the median code cell has {median(lines):g} lines, not 3 to 6"
    longest = quantiles(lines, n=10, method="inclusive")[-1]
    if longest > 18:
        yield f"one code cell in ten has {longest:g} lines or more, not up to 18"


def widths(sources: list[str]):
    for line in "\n".join(sources).splitlines():
        if len(line) > 88:
            yield f"{len(line)} columns: {line}"


def proportion(text: str, source: str):
    ratio = len(text) / len(source)
    if not 1.2 <= ratio <= 4:
        yield f"{ratio:.2f} times as much prose as code, not 1.2 to 4"


def words(texts: list[str]):
    for text in texts:
        plain = MARKS.sub("", FENCED.sub("", text))
        for found in FORBIDDEN.finditer(plain):
            start = max(0, found.start() - 30)
            yield f"{found[0]!r} in {plain[start : found.end() + 10]!r}"


def identities(notebook: NotebookNode):
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids or notebook.nbformat_minor < 5:
        yield "a cell has no id"
    yield from (f"two cells have the id {id}" for id in set(ids) if ids.count(id) > 1)
    # What an editor makes up says nothing, and changes when the cell is copied.
    for id in ids:
        if id and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]{27})?", id):
            yield f"the id {id} was not given by its author"


def headings(texts: list[str]):
    titles = re.findall(r"^# .*", FENCED.sub("", "\n".join(texts)), re.MULTILINE)
    if len(titles) != 1 or not texts[0].startswith("# "):
        yield f"not one heading of level one, at the top: {titles}"


def outputs(notebook: NotebookNode):
    for index, cell in code_cells(notebook):
        if cell.outputs or cell.execution_count:
            yield f"cell {index + 1} has stored outputs"


def unproved(sources: list[str]):
    """A client that nothing is asserted of, and whose ladder is not shown."""
    for source, following in zip(sources, [*sources[1:], ""], strict=True):
        executed = FUNCTION.sub("", f"{source}\n")
        client = re.search(r"\bconnect\(", executed)
        if client and not PROVED.search(f"{executed}{following}"):
            yield f"no assert and no ladder after: {source.splitlines()[0]}"


def unnamed(beginning: str, source: str):
    """A program that a cell starts, and of which the chapter's beginning is silent."""
    for program in ("nginx", "haproxy", "openssl", "redis"):
        is_started = re.search(rf'"{program}"|\b{program}(_server)?\(', source)
        if is_started and program not in beginning.lower():
            yield f"{program} is needed, and not named at the top"


@each_chapter
def test_the_style_of_each_chapter(path: Path):
    assert faults(read_notebook(path)) == []


def test_the_style_of_a_new_chapter(tmp_path: Path):
    assert faults(read_notebook(create_chapter(tmp_path, "12-binary-frames"))) == []


def sound() -> NotebookNode:
    """A notebook without faults."""
    source = "async with connect(url) as client:\n    await client.send('a')\nassert 1"
    text = "# A title\n\nA `word!` of code, ![an image](x) and nothing else."
    long = new_markdown_cell("More prose than code. " * 6, id="prose")
    cells = [new_markdown_cell(text, id="title"), long]
    cells += [new_code_cell(source, id=f"code-{n}") for n in range(2)]
    return new_notebook(cells=cells)


def test_a_sound_notebook_has_no_faults():
    assert faults(sound()) == []


@pytest.mark.parametrize(
    ("cell", "field", "value", "fault"),
    [
        (1, "source", "", "times as much prose"),
        (1, "source", "prose " * 400, "times as much prose"),
        (1, "source", "It is simply so. " * 9, "'simply' in"),
        (1, "source", "A surprise! " * 9, "'!' in"),
        (1, "source", "Just so. " * 14, "'Just' in"),
        (0, "source", "## No title", "not one heading"),
        (1, "source", "# Another\n" + "prose " * 20, "not one heading"),
        (2, "id", "code-1", "two cells have the id"),
        (2, "id", "deadbeef", "not given by its author"),
        (2, "execution_count", 3, "cell 3 has stored outputs"),
        (2, "source", "1", "the median code cell"),
        (3, "source", "\n".join(["x = 1"] * 40), "one code cell in ten"),
        (3, "source", "x = 1\ny = 2\nz = '" + "z" * 84 + "'", "columns"),
        (3, "source", "x = 1\nawait connect(url)\ny = 2", "no assert and no ladder"),
        (3, "source", "x = 1\nrun('a')\nserver = redis_server()", "redis is needed"),
    ],
)
def test_each_fault_of_style_is_found(cell, field, value, fault):
    notebook = sound()
    notebook.cells[cell][field] = value
    assert any(fault in found for found in faults(notebook))
