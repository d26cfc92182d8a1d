"""Seeded faults: a strict build refuses them and says where they are."""

import json
import re

import nbformat
import pytest

from .conftest import HOME, Project, Write
from .sample import PIXEL, code, notebook, text

TITLE = "# A chapter\n\n## A section\n\n"


BROKEN = {
    "[x](03-missing.ipynb)": "a link '03-missing.ipynb', but the target",
    "[x](01-one.ipynb#nowhere)": "no such anchor on this page",
    "[x](#nowhere-either)": "a link '#nowhere-either', but there is no such anchor",
    "[x](02-two.ipynb#astray)": "does not contain an anchor '#astray'",
    "[x](../site_src/missing.md)": "a link '../missing.md', but the target",
    "[x](../site_src/index.md#lost)": "does not contain an anchor '#lost'",
}


def test_broken_links_and_anchors_from_and_to_notebooks(write: Write) -> None:
    home = "# Home\n\n[x](chapters/01-one.ipynb#no-such-anchor)\n"
    broken = notebook(text(TITLE), text("\n\n".join(BROKEN)))
    built = write({"01-one": broken, "02-two": notebook(text(TITLE))}, home).build()
    assert built.returncode == 1
    assert "does not contain an anchor '#no-such-anchor'" in built.stderr
    assert [why for why in BROKEN.values() if why not in built.stderr] == []
    assert built.stderr.count("'chapters/01-one.ipynb' contains a link") == len(BROKEN)
    assert built.stderr.count("(notebooks/01-one.ipynb, cell 2)") == len(BROKEN)


def test_a_page_that_wants_a_ladder_of_a_chapter_without_one(write: Write) -> None:
    built = write({"01-sample": notebook(text(TITLE + "## Tags"))}, HOME).build()
    assert built.returncode == 1
    assert "no ladder in the chapter '01-sample'" in built.stderr


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (code("assert 1 == 2"), "AssertionError"),
        (
            code(
                "from base64 import b64decode\nfrom IPython.display import Image\n"
                f"Image(b64decode('{PIXEL}'))"
            ),
            "cell 2: an image without alt text",
        ),
    ],
)
def test_a_faulty_cell(
    write: Write, cell: nbformat.NotebookNode, complaint: str
) -> None:
    built = write({"01-one": notebook(text(TITLE), cell)}).build()
    assert built.returncode == 1
    assert "01-one.ipynb" in built.stderr
    assert complaint in built.stderr


def test_a_tag_that_means_nothing(write: Write) -> None:
    misspelt = notebook(text(TITLE), code("1", "solutoin"))
    built = write({"01-one": misspelt}).build()
    assert built.returncode == 1
    reason = "01-one.ipynb, cell 2: 'solutoin' is none of the tags; did you mean 'solu"
    assert reason in built.stderr


def navigate(project: Project, nav: list[object]) -> None:
    configuration = project.directory / "mkdocs.yml"
    values = {**json.loads(configuration.read_text()), "nav": nav}
    configuration.write_text(json.dumps(values))


@pytest.mark.parametrize("others", [(), ("03-three", "04-four")])
def test_chapters_that_the_navigation_names_are_in_its_parts(
    others: tuple[str, ...], write: Write
) -> None:
    names = ("01-one", "02-two", *others)
    project = write({name: notebook(text(f"# {name}")) for name in names})
    first = {"First": ["chapters/02-two.ipynb", "chapters/01-one.ipynb"]}
    navigate(project, ["index.md", first, {"More": "chapters/"}])
    built = project.build()
    assert built.returncode == 0, built.stderr
    links = re.findall(r'<a href="([^"]*)" class="md-nav__link', project.html(""))
    addresses = [link for link in links if link.startswith("chapters/")]
    stems = ["two", "one", *(name[3:] for name in others)]
    assert list(dict.fromkeys(addresses)) == [f"chapters/{it}/" for it in stems]
    assert ("More" in project.html("")) == bool(others)


def test_a_notebook_that_is_no_chapter_is_shown_as_it_is_stored(write: Write) -> None:
    project = write({"01-one": notebook(text(TITLE))})
    stored = notebook(text("# Kept"), code("1 / 0"))
    nbformat.write(stored, project.directory / "site_src" / "kept.ipynb")
    navigate(project, ["index.md", "kept.ipynb", {"Chapters": "chapters/"}])
    built = project.build()
    assert built.returncode == 0, built.stderr
    assert "jp-" in project.html("kept")
    assert "jp-" not in project.html("chapters/one")
