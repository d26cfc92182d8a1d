"""What a chapter's page says to the runner, with assets and without."""

import re

import pytest

from wslab.site.live.plugin import LICENCES_PAGE

from ..sample import code, notebook, text

pytestmark = pytest.mark.slow

CHAPTER = notebook(
    text("# A chapter"),
    code("1 + 1"),
    code('print("two")', "remove-input"),
    code("three = 3", "remove-cell"),
)
for cell, name in zip(CHAPTER.cells, ("title", "one", "two", "three"), strict=True):
    cell.id = name


def test_where_nothing_can_be_had_the_site_has_no_controls_and_says_so(write):
    project = write({"01-a": CHAPTER})
    built = project.build(LIVE_ASSETS="true")
    assert built.returncode == 0, built.stderr
    told = [it for it in built.stderr.splitlines() if "Run controls" in it]
    assert len(told) == 1
    assert re.fullmatch(
        r"the site has no Run controls: .*package-lock\.json: No such file .*", told[0]
    )
    assert "live-manifest" not in project.html("chapters/a")
    assert not (project.site / "live").exists()
    assert "built without what runs cells" in project.html(LICENCES_PAGE[:-3])


def test_without_assets_nothing_is_told(write):
    project = write({"01-a": CHAPTER})
    built = project.build()
    assert built.returncode == 0, built.stderr
    assert "Run controls" not in built.stderr
    assert "live-manifest" not in project.html("chapters/a")


def test_what_a_cell_shows_is_in_one_element_with_its_id(write):
    project = write({"01-a": CHAPTER})
    assert project.build().returncode == 0
    html = project.html("chapters/a")
    assert re.findall(r'data-cell="([^"]*)"', html) == ["one", "two"]
    (one,) = re.findall(
        r'<div data-cell="one">.*?class="highlight.*?</samp>', html, re.S
    )
    assert 'class="output"' in one


def test_an_exception_that_names_no_cell_fails_the_build(write):
    project = write({"01-a": CHAPTER})
    (project.directory / "notebooks" / "live.toml").write_text(
        '[[cannot]]\nchapter = "01-a"\ncells = ["once"]\nreason = "none"\n'
    )
    built = project.build()
    assert built.returncode != 0
    assert "live.toml, [[cannot]] 1: no code cell 'once' in 01-a" in built.stderr
