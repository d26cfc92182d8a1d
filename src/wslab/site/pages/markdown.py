"""An executed notebook as one Markdown page and the pieces that go into it.

MkDocs' own Markdown renders the page, so that everything that works on a Markdown
page works in a chapter. Outputs do not pass through Markdown: each leaves a comment
in its place, which `fill` replaces once the page is HTML; so do the two ends of what a
code cell shows, a `<div>` with the cell's id in `data-cell`.

Cell tags: `remove-input`, `remove-output` and `remove-cell` hide; `collapse` folds
a cell's input; neighbouring cells tagged `solution` fold together, executed like all
others; `app:NAME.py` gives the block its file name as a title.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from nbformat import NotebookNode

from wslab.site.notebooks import tags
from wslab.site.pages.outputs import UnshowableOutput, as_html
from wslab.site.pages.proofs import anchor, rows

LONGEST = 10_000
"""Characters of a line of a cell; Markdown needs minutes for a line of a million."""

Numbered = list[tuple[int, NotebookNode]]

_ANNOTATED = re.compile(r"#\s*\(\d+\)")
_LEADING_LIST = re.compile(
    r"\A1\.\s.*(?:\n(?:\d+\.\s.*|[ \t]+\S.*|[ \t]*(?=\n(?:\d+\.\s|[ \t]+\S))))*\n?"
)
_PLACE = re.compile(r"<!-- output (\d+) -->")
_CELL = re.compile(r"<!-- cell ([\w-]+) -->")
_CELL_END = "<!-- /cell -->"
_PAGES = re.compile(r"(?<=\]\()\.\./site_src/")
_FENCE = re.compile(r"`{3,}")


@dataclass
class Rendered:
    """A chapter's Markdown, its outputs by number, and its image files by name."""

    markdown: str = ""
    outputs: list[str] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)

    def add_image(self, suffix: str, content: bytes) -> str:
        """Keep an image file; return its name, which is its address from the page."""
        name = f"figure-{len(self.images) + 1}.{suffix}"
        self.images[name] = content
        return name

    def fill(self, html: str) -> str:
        """Return the page's HTML with every output in its place."""
        html = _CELL.sub(r'<div data-cell="\1">', html).replace(_CELL_END, "</div>")
        return _PLACE.sub(lambda place: self.outputs[int(place[1])], html)


def render(notebook: NotebookNode) -> Rendered:
    """Render an executed notebook (nbformat 4).

    Raises:
        UnshowableOutput: an output has no form on a page; it names the cell.
    """
    rendered = Rendered()
    cells = _with_annotations(notebook)
    blocks: list[str] = []
    for folded, group in groupby(cells, key=lambda item: "solution" in tags(item[1])):
        parts = [part for item in group for part in _cell(*item, rendered)]
        blocks += _details("Solution", parts, "solution") if folded else parts
    rendered.markdown = "\n\n".join(blocks) + "\n"
    return rendered


def _with_annotations(notebook: NotebookNode) -> Numbered:
    """Return numbered cells, the list explaining `# (1)` comments moved to its cell.

    The theme looks for the list right after the block, where the outputs would be.
    """
    cells = [(number, cell.copy()) for number, cell in enumerate(notebook.cells, 1)]
    for (_, code), (_, prose) in pairwise(cells):
        if code.cell_type != "code" or prose.cell_type != "markdown":
            continue
        notes = _LEADING_LIST.match(prose.source)
        if notes and _ANNOTATED.search(code.source):
            code.annotations = notes[0]
            prose.source = prose.source[notes.end() :]
    return cells


def _cell(number: int, cell: NotebookNode, rendered: Rendered) -> Iterator[str]:
    marks = tags(cell)
    if "remove-cell" in marks or cell.cell_type == "raw":
        return
    _check(number, "a line", cell.source)
    if cell.cell_type == "markdown":
        yield _PAGES.sub("../", cell.source)
        return
    if rows(cell):
        yield f'<div id="{anchor(cell)}"></div>'
    shown: list[str] = []
    if "remove-input" not in marks and cell.source.strip():
        block = _code(cell)
        shown += _details("Code", block, "code") if "collapse" in marks else block
    if "remove-output" not in marks:
        shown += _outputs(number, cell, rendered)
    if shown:
        yield from (f"<!-- cell {cell.id} -->", *shown, _CELL_END)


def _check(number: int, what: str, text: str) -> None:
    """Raise UnshowableOutput for a line that would take the build down."""
    longest = max(map(len, text.split("\n")))
    if longest > LONGEST:
        raise UnshowableOutput(
            f"cell {number}: {what} of {longest} characters; a page takes {LONGEST}"
        )


def fenced(source: str, info: str) -> str:
    """Return a fenced block, whatever fences its source has."""
    fence = "`" * max(3, *(len(run) + 1 for run in _FENCE.findall(source)), 0)
    return f"{fence}{info}\n{source}\n{fence}"


def _code(cell: NotebookNode) -> list[str]:
    names = (tag.removeprefix("app:") for tag in tags(cell) if tag.startswith("app:"))
    title = next((f' title="{name}"' for name in names), "")
    block = fenced(cell.source.strip("\n"), f"python{title}")
    return [block, cell.annotations] if "annotations" in cell else [block]


def _outputs(number: int, cell: NotebookNode, rendered: Rendered) -> Iterator[str]:
    """Return Markdown outputs as Markdown, all others as a comment to be filled in."""
    for is_markdown, outputs in groupby(cell.outputs, key=_is_markdown):
        if is_markdown:
            for output in outputs:
                source = output.data["text/markdown"]
                _check(number, "a line of Markdown output", source)
                yield _markdown(source)
            continue
        try:
            html = as_html(outputs, rendered.add_image)
        except UnshowableOutput as error:
            raise UnshowableOutput(f"cell {number}: {error}") from None
        if html:
            rendered.outputs.append(html)
            yield f"<!-- output {len(rendered.outputs) - 1} -->"


def _is_markdown(output: NotebookNode) -> bool:
    data = output.get("data", {})
    return "text/markdown" in data and "text/html" not in data


def _markdown(source: str) -> str:
    opening = '<div class="output" role="group" aria-label="Output" markdown="1">'
    return f"{opening}\n\n{source}\n\n</div>"


def _details(summary: str, parts: list[str], kind: str) -> list[str]:
    opening = (
        f'<details class="{kind}" markdown="1">\n'
        f"<summary data-search-exclude>{summary}</summary>"
    )
    return [opening, *parts, "</details>"]
