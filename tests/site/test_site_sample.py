"""The built pages of two sample chapters: what works on a Markdown page works there."""

import json
import re
import struct

import nbformat

from .conftest import Project
from .loaded import Loaded

KB = 1024


def test_the_page_has_its_address_without_a_number_and_its_title(
    sample: Project,
) -> None:
    assert "<title>A sample chapter - wslab</title>" in sample.html("chapters/sample")


def test_markdown_cells_have_admonitions_tables_and_links(sample: Project) -> None:
    html = sample.html("chapters/sample")
    assert '<p class="admonition-title">Worth knowing</p>' in html
    assert "<td>1011</td>" in html
    assert '<a href="../other/#a-fault">a fault</a>' in html
    assert '<a href="../sample/#words-and-boxes">' in sample.html("chapters/other")


def test_the_block_of_an_application_is_titled_and_its_notes_follow(
    sample: Project,
) -> None:
    html = sample.html("chapters/sample")
    block = html[html.index('<span class="filename">sample.py</span>') :]
    assert re.match(r".*?</pre></div>\s*<ol>\s*<li>A note", block, re.DOTALL)


def test_outputs_reach_the_page_untouched_by_markdown(sample: Project) -> None:
    html = sample.html("chapters/sample")
    assert "&lt;b&gt;second&lt;/b&gt; &amp; `third` *fourth*</samp>" in html
    assert "<title>One *echo*</title>" in html
    assert "a &lt; b _c_</text>" in html
    assert "ValueError: a fault, *expected*</samp>" in html
    assert re.search(r'<div[^>]*class="output"[^>]*>\s*<table>', html)
    assert "<!-- output" not in html
    assert "\x1b" not in html


def test_tags_hide_and_fold(sample: Project) -> None:
    html = sample.html("chapters/sample")
    assert "hidden_input" not in html
    assert "shown output</samp>" in html
    assert "hidden output" not in html
    assert "shown_input" in html
    folds = re.findall(r"<details class=\"(\w+)\">(.*?)</details>", html, re.DOTALL)
    (code, input_only), (solution, both) = folds
    assert (code, solution) == ("code", "solution")
    assert "folded_input" in input_only
    assert "open output</samp>" not in input_only
    assert "open output</samp>" in html
    assert "<em>solution</em>" in both
    assert "<samp>sum 2</samp>" in both


def test_figures_are_files_beside_the_page(sample: Project) -> None:
    figure = (sample.site / "chapters/sample/figure-1.png").read_bytes()
    assert struct.unpack(">II", figure[16:24]) == (2, 3)
    assert '<img src="figure-1.png" alt="Two pixels"' in sample.html("chapters/sample")


def test_the_foot_tells_how_the_chapter_was_executed(sample: Project) -> None:
    [entry] = (sample.directory / ".cache/notebooks").glob("01-sample*.json")
    record = json.loads(entry.read_text())["record"]
    foot = sample.html("chapters/sample").partition('class="provenance"')[2]
    assert f'datetime="{record["executed_at"]}"' in foot
    for what in ("python", "uvicorn", "websockets"):
        assert record[what]
        assert record[what] in foot
    assert f"in {record['seconds']:.1f} s" in foot


def test_downloads_are_the_notebook_with_outputs_and_the_application(
    sample: Project,
) -> None:
    folder = sample.site / "chapters/sample"
    for name in ("01-sample.ipynb", "sample.py"):
        assert f'<a href="{name}" download>' in sample.html("chapters/sample")
    notebook = nbformat.read(folder / "01-sample.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("first" in output.get("text", "") for output in outputs)
    assert "app = application" in (folder / "sample.py").read_text()


def test_a_page_shows_the_first_ladder_of_a_chapter(sample: Project) -> None:
    home = (sample.site / "index.html").read_text()
    assert "<title>One *echo*</title>" in home
    assert "<!-- ladder" not in home


def test_navigation_is_in_reading_order_with_titles(sample: Project) -> None:
    html = sample.html("chapters/other")
    assert re.search(r'rel="prev" href="../sample/"', html)
    links = re.findall(
        r'<a href="([^"]*)" class="md-nav__link[^>]*>\s*'
        r'<span class="md-ellipsis">\s*([^<]+?)\s*</span>',
        html,
    )
    chapters = [title for href, title in links if href in ("../sample/", "./")]
    assert chapters == ["A sample chapter", "Another chapter"]


def test_every_heading_is_a_section_of_the_index_with_its_own_text(
    sample: Project,
) -> None:
    sections = sample.sections()
    for page in ("chapters/sample", "chapters/other"):
        first, *others = Loaded(sample.html(page)).headings
        assert {f"{page}/#{anchor}" for anchor in others} | {f"{page}/"} == {
            location for location in sections if location.startswith(f"{page}/")
        }
        assert first
    assert "zanzibar" in sections["chapters/sample/#words-and-boxes"]
    assert "zanzibar" not in sections["chapters/sample/#tags"]


def test_the_index_has_messages_but_no_code_no_outputs_and_no_ladders(
    sample: Project,
) -> None:
    index = (sample.site / "search" / "search_index.json").read_text()
    assert index.count("ValueError: a fault, *expected*") == 1
    for left_out in ("await receive()", "line 49", "folded_input", "One *echo*"):
        assert left_out not in index
    assert "Executed on" not in index


def test_pages_are_small(sample: Project) -> None:
    assert len(sample.html("chapters/sample").encode()) < 40 * KB
    assert len(sample.html("chapters/other").encode()) < 16 * KB


def test_the_overview_for_programs_names_each_page_with_what_it_is_about(
    sample: Project,
) -> None:
    overview = (sample.site / "llms.txt").read_text()
    head, *parts = overview.split("\n\n## ")
    assert head.startswith("# wslab\n\n> ")
    assert [part.splitlines()[0] for part in parts] == ["wslab", "Chapters"]
    line = "- [A sample chapter](http://127.0.0.1:8000/chapters/sample/): "
    assert f"{line}It links to a fault.\n" in overview


def test_the_full_text_has_code_and_what_it_prints_but_nothing_hidden(
    sample: Project,
) -> None:
    text = (sample.site / "llms-full.txt").read_text()
    assert "# A sample chapter\n" in text
    assert "(http://127.0.0.1:8000/chapters/other/#a-fault)" in text
    printed = "first\n<b>second</b> & `third` *fourth*\n42"
    assert f"6 * 7\n```\n\n```text\n{printed}\n```" in text
    assert "ValueError: a fault, *expected*" in text
    assert "\x1b" not in text
    assert "hidden output" not in text
    assert "hidden_input" not in text


def test_a_page_links_to_the_cells_that_prove_a_row(sample: Project) -> None:
    links = re.findall(
        r'<a href="(chapters/\w+/)#(cell-\w+)">(.*?)</a>', sample.html(".")
    )
    assert [(page, text) for page, _, text in links] == [
        ("chapters/sample/", "A sample chapter, What cells print"),
        ("chapters/other/", "Another chapter, A fault"),
    ]
    for page, anchor, _ in links:
        assert f"id={anchor}" in sample.html(page).replace('"', "")
