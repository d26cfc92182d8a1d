"""Each message of the page on troubleshooting is what the chapter's cell prints."""

import fcntl
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from markdown.extensions.toc import slugify
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from wslab.site.execution.cache import Cache
from wslab.site.execution.failure import plain
from wslab.site.execution.queue import execute_all
from wslab.site.project import Project

from .chapters import ROOT
from .ways import shown

PAGE = ROOT / "site_src" / "troubleshooting.md"
ENTRY = re.compile(
    r"^### ([^\n]+?)(?: \{[^\n]+\})?\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL
)
MESSAGE = re.compile(r"`([^`]+)`")
PROOF = re.compile(r"\*\*Proof:\*\*\s\[[^\]]+\]\(chapters/([^)#]+)\.ipynb#([^)]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """A message, or a symptom, and the section that proves it."""

    title: str
    text: str

    @property
    def message(self) -> str:
        """What the software prints; "" for a symptom."""
        found = MESSAGE.fullmatch(self.title)
        return found[1] if found else ""

    @property
    def proof(self) -> tuple[str, str]:
        """The chapter's name, and the anchor of its section."""
        found = PROOF.search(self.text)
        assert found, f"no proof: {self.title}"
        return found[1], found[2]

    def is_printed(self, output: str) -> bool:
        """Whether an output has the message; `...` is anything within a line."""
        parts = map(re.escape, one_line(self.message).split("..."))
        return re.search(".*?".join(parts), output) is not None


def one_line(text: str) -> str:
    return " ".join(text.split())


def entries(text: str) -> list[Entry]:
    return [Entry(title, rest) for title, rest in ENTRY.findall(text)]


def sections(notebook: NotebookNode) -> Iterator[tuple[int, str, list[str]]]:
    """Level, anchor and outputs of each section, without its subsections."""
    level, anchor = 0, ""
    outputs: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and "remove-output" not in str(cell.metadata):
            outputs.append(plain(shown(cell)))
        elif cell.cell_type == "markdown":
            for marks, title in HEADING.findall(FENCED.sub("", cell.source)):
                yield level, anchor, outputs
                level, anchor = len(marks), slugify(title.replace("`", ""), "-")
                outputs = []
    yield level, anchor, outputs


def printed(notebook: NotebookNode, wanted: str) -> list[str]:
    """The lines that the page shows in a section; two of them also joined.

    A cell may break a long message, so each line stands there with the next, too.
    """
    found: list[str] = []
    within = 0
    for level, anchor, outputs in sections(notebook):
        if within and level <= within:
            break
        if anchor == wanted:
            within = level
        if within:
            found += outputs
    assert within, f"no section {wanted}"
    lines = [one_line(line) for output in found for line in output.splitlines()]
    return [" ".join(pair) for pair in pairwise([*lines, ""])]


ENTRIES = entries(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def executed() -> dict[str, NotebookNode]:
    """The chapters that are linked, out of the project's cache or executed into it."""
    project = Project.find(ROOT)
    names = {entry.proof[0] for entry in ENTRIES}
    paths = [path for path in project.chapters() if path.stem in names]
    project.cache.mkdir(parents=True, exist_ok=True)
    # Another xdist worker may build the site, and so execute the same chapters.
    with (project.cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = execute_all(paths, cache=Cache(project))
    return {each.name: each.notebook for each in done}


@pytest.mark.timeout(1200)  # it may wait for the build
def test_each_message_is_printed_in_the_section_that_its_proof_links_to(
    executed: dict[str, NotebookNode],
) -> None:
    missing = []
    for entry in ENTRIES:
        chapter, anchor = entry.proof
        lines = printed(executed[chapter], anchor)  # the section of a symptom, too
        if entry.message and not any(map(entry.is_printed, lines)):
            missing.append(f"{entry.title} is not in {chapter}#{anchor}")
    assert missing == []


def test_there_are_forty_entries_and_each_has_a_cure() -> None:
    assert sum(entry.message != "" for entry in ENTRIES) >= 40
    assert [entry.title for entry in ENTRIES if "**Cure:**" not in entry.text] == []
    titles = [entry.title for entry in ENTRIES]
    assert len(titles) == PAGE.read_text(encoding="utf-8").count("\n### ")
    assert len(titles) == len(set(titles))


# The comparison itself: each fault is one that it must find.


def chapter() -> NotebookNode:
    """A section whose cell prints, with a subsection, and one after it."""
    output = new_output("stream", name="stdout", text="one: 12\nbytes of text\n")
    later = new_output("stream", name="stderr", text="\x1b[31mtwo\x1b[0m\n")
    hidden = new_code_cell("", outputs=[output], metadata={"tags": ["remove-output"]})
    return new_notebook(
        cells=[
            new_markdown_cell("# A chapter"),
            new_markdown_cell("## The `first`, one"),
            new_code_cell("", outputs=[output]),
            new_markdown_cell("```\n## no heading\n```\n### Below"),
            new_code_cell("", outputs=[later]),
            new_markdown_cell("## Hidden"),
            hidden,
        ]
    )


@pytest.mark.parametrize(
    ("message", "anchor", "there"),
    [
        ("one: ... bytes of text", "the-first-one", True),
        ("one: 12 bytes", "the-first-one", True),
        ("two", "the-first-one", True),
        ("two", "below", True),
        ("one: 13", "the-first-one", False),
        ("one", "below", False),
        ("one", "hidden", False),
        ("one: 12 ... two", "the-first-one", False),
    ],
)
def test_what_is_found_in_a_section(message: str, anchor: str, there: bool) -> None:
    (entry,) = entries(f"## In a log\n\n### `{message}`\n\nText.\n\n## Another\n")
    assert any(map(entry.is_printed, printed(chapter(), anchor))) == there


def test_a_symptom_has_no_message_and_a_proof_has_to_be_there() -> None:
    (entry,) = entries("### A `word` of code { #anchor }\n\n**Cure:** none\n")
    assert (entry.title, entry.message) == ("A `word` of code", "")
    with pytest.raises(AssertionError, match="no proof"):
        _ = entry.proof
    with pytest.raises(AssertionError, match="no section"):
        printed(chapter(), "elsewhere")
