"""What of a section's text reaches the search index."""

import json
from html import escape
from pathlib import Path

import pytest

from wslab.site.pages.search import Rows, tune, tuned


def indexed(text: str, location: str = "a/#b", **more: object) -> dict[str, object]:
    entry = {"location": location, "title": "B", "text": text, **more}
    return tuned(entry, {"a/#b": "because ask"})


def code(source: str) -> str:
    return f"<pre><code>{escape(source, quote=False)}</code></pre>"


def output(text: str) -> str:
    return f"<pre>{escape(text, quote=False)}</pre>"


def test_code_is_left_out_but_what_it_raises_or_asserts_stays() -> None:
    entry = indexed(
        "<p>One.</p> "
        + code('if x < 1:\n    raise ValueError(f"no {x} without any <y> in here")')
        + code('message = await f()\nassert message == "it is <too> late"')
        + code('print("a string of many words")')
        + " <p>Two.</p>"
    )
    assert entry["messages"] == "without any <y> in here it is <too> late"
    assert entry["text"] == "One. Two."


@pytest.mark.parametrize(
    ("printed", "messages"),
    [
        ("line 1\nline 2\n{'four': 'words', 'in': 'a dictionary'}", None),
        (
            "'a close reason has at most 123 bytes'",
            "a close reason has at most 123 bytes",
        ),
        (
            "Traceback (most recent call last)\nCell In[1], line 1, in the cell\n"
            "    raise KeyError('x') from some other long error\nKeyError: 'x'",
            "KeyError: 'x'",
        ),
        ("ValueError: odd\nValueError: odd", "ValueError: odd"),
    ],
)
def test_an_output_is_cut_to_its_messages(printed: str, messages: str | None) -> None:
    assert indexed(output(printed)).get("messages") == messages


def test_marks_of_code_in_a_sentence_and_heads_of_tables_are_left_out() -> None:
    table = "Parameters: Name Type Description Default <code>app</code> an application."
    assert indexed(f"<p>Serve <code>a < b</code>.</p> {table}")["text"] == (
        "Serve a < b. app an application."
    )
    title = "<code>403</code>, and why"
    entry = {"location": "a/#b", "title": title, "text": ""}
    assert tuned(entry, {})["title"] == "403, and why"


def test_a_section_and_a_reference_are_indexed_by_what_they_say_first() -> None:
    text = "A word, &lt;b&gt;. " * 100
    assert indexed(f"<p>{text[:580]}</p>")["text"] == text[:580].strip()
    section = indexed(f"<p>{text}</p>")["text"]
    assert isinstance(section, str)
    assert 560 < len(section) <= 580
    assert text.startswith(f"{section} ")
    first = indexed(f"<p>{text}</p>", "reference/rooms/#wslab.Room")["text"]
    assert isinstance(first, str)
    assert 80 < len(first) <= 100
    assert f"{text} ".startswith(f"{first} ")


def test_labels_behind_a_name_of_a_reference_are_left_out() -> None:
    for title, place in (("startup", "reference/a/"), ("startup  async", "a/")):
        entry = {"location": f"{place}#b", "title": "startup  async", "text": ""}
        assert tuned(entry, {})["title"] == title


def test_a_name_of_which_nothing_is_said_is_found_by_its_class(tmp_path: Path) -> None:
    file = tmp_path / "search" / "search_index.json"
    file.parent.mkdir()
    said = [("a.B", "B", "<p>One.</p>"), ("a.B.c", "c", ""), ("a.B.d", "d", "Two.")]
    entries = [
        {"location": f"{page}#{name}", "title": title, "text": text}
        for page in ("reference/a/", "a/")
        for name, title, text in said
    ]
    file.write_text(json.dumps({"config": {"separator": " "}, "docs": entries}))
    tune(tmp_path)
    found = [[it["title"], it["text"]] for it in json.loads(file.read_text())["docs"]]
    assert found == [
        *(["B", "One. c"], ["d", "Two."]),
        *(["B", "One."], ["c", ""], ["d", "Two."]),
    ]


def test_code_that_is_no_python_has_no_messages() -> None:
    assert "messages" not in indexed(code("$ raise the 'four or five words'"))


def test_a_section_carries_the_questions_that_lead_to_it() -> None:
    assert indexed("")["questions"] == "because ask"
    assert "questions" not in indexed("", "a/#c")


def test_each_word_of_the_questions_is_indexed_once(tmp_path: Path) -> None:
    file = tmp_path / "search" / "search_index.json"
    file.parent.mkdir()
    entry = {"location": "a/#b", "title": "B", "text": ""}
    config = {"separator": "[^a-z]+"}  # of the words, as the theme divides them
    file.write_text(json.dumps({"config": config, "docs": [entry]}))
    asked = ("Why? Because", "Because I ask")
    rows = [f'<tr><td>{it}</td><td><a href="a/#b">B</a></td></tr>' for it in asked]
    (tmp_path / "index.html").write_text(f"<table>{''.join(rows)}</table>")
    tune(tmp_path)
    assert json.loads(file.read_text())["docs"] == [
        {**entry, "questions": "because ask"}
    ]


def test_an_exercise_is_found_by_its_title_alone() -> None:
    entry = {"location": "a/#b", "title": "Exercise: b", "text": "<p>Write it.</p>"}
    entry["text"] += output("not yet: a client of your own is refused")
    assert tuned(entry, {}) == {**entry, "text": ""}


def test_what_is_to_be_remembered_is_found_in_its_section() -> None:
    entry = {"location": "a/#b", "title": "To remember", "text": "<p>Close it.</p>"}
    assert tuned(entry, {})["text"] == ""


def test_what_a_chapter_needs_does_not_find_it() -> None:
    text = "<p>How it ends.</p> <p>You need echo. And Redis.</p>"
    assert indexed(text, "a/")["text"] == "How it ends."
    assert indexed(text, "a/#b")["text"] == "How it ends. You need echo. And Redis."


def test_a_page_weighs_less_than_its_sections() -> None:
    assert "boost" not in indexed("")
    assert indexed("", "a/")["boost"] == 0.4
    assert indexed("", "a/", boost=0.5)["boost"] == 0.2


def test_rows_have_the_text_of_their_first_cell_and_resolve_their_links() -> None:
    html = (
        '<a href="out/">no row</a><table><tr><th>ask</th></tr><tr><td>Who <code>is'
        '</code>\n it?</td><td><a href="../b/#c">I</a>, <a href="#d">me</a></td></tr>'
    )
    text = "Who is it?"
    assert Rows(html + "</table>", "q/").found == [("b/#c", text), ("q/#d", text)]


@pytest.mark.parametrize("text", ["<pre>" * 200_000, "'" * 1_000_000, "(" * 1_000_000])
def test_a_megabyte_is_indexed_in_a_moment(text: str) -> None:
    indexed(text)
    indexed(output(text))
    indexed(code(text))
