"""The site for programs that read it: an overview, and all chapters as one text.

`llms.txt` has the form of https://llmstxt.org: a heading, a quotation that says what
this is, and for each part of the navigation a list of its pages. The full text is
Markdown: the prose, code and printed outputs of each chapter, in reading order.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from textwrap import shorten

from mkdocs.structure import StructureItem
from mkdocs.structure.nav import Section
from mkdocs.structure.pages import Page
from nbformat import NotebookNode

from wslab.site.notebooks import tags
from wslab.site.pages.foot import folder
from wslab.site.pages.markdown import fenced
from wslab.site.pages.outputs import plain

OVERVIEW = "llms.txt"
FULL_TEXT = "llms-full.txt"

LONGEST = 4000
"""Characters of one printed output that the full text has."""

_CHAPTER = re.compile(r"\]\((?:\.\./)*(?:chapters/)?(\d\d-[\w-]+)\.ipynb")


def overview(
    name: str, about: str, nav: Iterable[StructureItem], lede: Callable[[Page], str]
) -> str:
    """Return the text of `llms.txt`.

    Args:
        name: of the site.
        about: what it is, in a sentence.
        nav: the navigation's items.
        lede: what a page is about, "" where nothing says it.
    """
    parts: dict[str, list[str]] = {}
    for part, page in _pages(nav, name):
        said = shorten(" ".join(lede(page).split()), 300, placeholder=" ...")
        line = f"- [{page.title}]({page.canonical_url}){f': {said}' if said else ''}"
        parts.setdefault(part, []).append(line)
    sections = [f"## {part}\n\n" + "\n".join(lines) for part, lines in parts.items()]
    return "\n\n".join([f"# {name}", f"> {about}", *sections]) + "\n"


def _pages(items: Iterable[StructureItem], part: str) -> Iterator[tuple[str, Page]]:
    for item in items:
        if isinstance(item, Page):
            yield part, item
        elif isinstance(item, Section):
            yield from _pages(item.children, item.title)


def lede(notebook: NotebookNode) -> str:
    """Return a chapter's first paragraph."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            paragraphs = re.split(r"\n\s*\n", str(cell.source))
            for paragraph in paragraphs:
                if not paragraph.startswith("#"):
                    return _without_marks(paragraph)
    return ""


def as_text(notebook: NotebookNode, site_url: str) -> str:
    """Return a chapter as Markdown, with what its cells print.

    Args:
        notebook: executed.
        site_url: what links to other chapters begin with.
    """
    parts = (part for cell in notebook.cells for part in _cell(cell, site_url))
    return "\n\n".join(parts) + "\n"


def _cell(cell: NotebookNode, site_url: str) -> Iterator[str]:
    marks, source = tags(cell), str(cell.source).strip()
    if "remove-cell" in marks or not source:
        return
    if cell.cell_type == "markdown":
        yield _CHAPTER.sub(lambda it: f"]({site_url}{folder(it[1])}/", source)
    elif cell.cell_type == "code":
        if "remove-input" not in marks:
            yield fenced(source, "python")
        printed = "" if "remove-output" in marks else _printed(cell)
        if printed:
            yield fenced(printed, "text")


def _printed(cell: NotebookNode) -> str:
    texts = []
    for output in cell.outputs:
        match output.output_type:
            case "stream":
                texts.append(output.text)
            case "error":
                texts.append("\n".join(output.traceback))
            case _:
                texts.append(output.data.get("text/plain", ""))
    found = plain("".join(f"{it.rstrip()}\n" for it in texts if it)).strip()
    if len(found) <= LONGEST:
        return found
    return f"{found[:LONGEST]}\n... ({len(found) - LONGEST} more characters)"


def _without_marks(markdown: str) -> str:
    linked = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"[*_`]{1,2}(\S[^*_`]*)[*_`]{1,2}", r"\1", linked)
