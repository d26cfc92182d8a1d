"""A notebook's cells and outputs on their way to Markdown and HTML."""

from typing import Any

import pytest
from nbformat.v4 import new_output
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from wslab.site.pages.colours import FewColours
from wslab.site.pages.lean import lean
from wslab.site.pages.markdown import render
from wslab.site.pages.outputs import LIMIT, UnshowableOutput, as_html, plain

from .sample import ANNOTATED, PIXEL, code, notebook, text


def stream(content: str, name: str = "stdout") -> dict[str, Any]:
    return new_output("stream", name=name, text=content)


def result(**data: str) -> dict[str, Any]:
    mime = {key.replace("_", "/"): value for key, value in data.items()}
    return new_output("execute_result", data=mime)


def no_image(suffix: str, content: bytes) -> str:
    raise AssertionError("there is no image among these outputs")


def test_escapes_and_overwritten_lines_leave_what_a_terminal_shows() -> None:
    assert plain("\x1b[0;31mred\x1b[0m\r\n10 %\r20 %\n") == "red\n20 %\n"


def test_neighbouring_writes_to_a_stream_are_one_output() -> None:
    html = as_html([stream("a\n"), stream("b\n"), stream("c", "stderr")], no_image)
    assert '<pre class="stdout"><samp>a\nb</samp></pre>' in html
    assert '<pre class="stderr"><samp>c</samp></pre>' in html


def test_silent_cells_leave_no_trace() -> None:
    assert as_html([stream("\n")], no_image) == ""


def test_text_is_escaped_and_html_is_not() -> None:
    html = as_html([stream("<script>"), result(text_html="<svg>\n\n*</svg>")], no_image)
    assert "<samp>&lt;script&gt;</samp>" in html
    assert "<svg>\n\n*</svg>" in html


@pytest.mark.parametrize(("lines", "is_long"), [(30, False), (31, True)])
def test_more_than_thirty_lines_scroll(lines: int, is_long: bool) -> None:
    html = as_html([stream("\n".join("x" * lines))], no_image)
    assert ('class="stdout long" tabindex="0" role="group"' in html) is is_long


def test_a_traceback_shows_cells_in_full_and_of_modules_one_line() -> None:
    error = new_output(
        "error",
        ename="ValueError",
        evalue="odd",
        traceback=[
            "\x1b[31m---------\x1b[39m",
            "\x1b[31mValueError\x1b[39m  Traceback (most recent call last)",
            "Cell In[1], line 1\n----> 1 await recv()",
            "File /home/me/lib/python3.11/site-packages/ws/a.py:3, in recv()\n  2 x\n",
            "ValueError: odd",
        ],
    )
    assert as_html([error], no_image).partition("<samp>")[2].split("</samp>")[0] == (
        "ValueError  Traceback (most recent call last)\n"
        "Cell In[1], line 1\n----&gt; 1 await recv()\n"
        "File ws/a.py:3, in recv()\n"
        "ValueError: odd"
    )


def test_an_image_becomes_a_file_with_its_size_and_alt_text() -> None:
    figure = new_output(
        "display_data", data={"image/png": PIXEL}, metadata={"alt": 'Two "pixels"'}
    )
    cell = code("figure")
    cell.outputs = [figure]
    rendered = render(notebook(cell))
    assert rendered.images["figure-1.png"].startswith(b"\x89PNG")
    assert rendered.outputs[0].count("<img") == 1
    for attribute in ('alt="Two &quot;pixels&quot;"', 'width="2"', 'height="3"'):
        assert attribute in rendered.outputs[0]


def test_an_image_inside_html_becomes_a_file_too() -> None:
    cell = code("screenshot")
    html = f'<p><img alt="A" src="data:image/png;base64,{PIXEL}"></p>'
    cell.outputs = [result(text_html=html)]
    rendered = render(notebook(cell))
    assert '<p><img alt="A" src="figure-1.png"></p>' in rendered.outputs[0]
    assert rendered.images["figure-1.png"].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"image/png": PIXEL}, "cell 2: an image without alt text"),
        ({"application/javascript": "1"}, "cell 2: no form on a page for application"),
    ],
)
def test_an_output_that_cannot_be_shown_names_its_cell(
    data: dict[str, str], reason: str
) -> None:
    cell = code("figure")
    cell.outputs = [new_output("display_data", data=data)]
    with pytest.raises(UnshowableOutput, match=reason):
        render(notebook(text("# Title"), cell))


def test_the_list_that_explains_annotations_moves_before_the_outputs() -> None:
    cell = code(ANNOTATED)
    cell.outputs = [stream("printed")]
    after = text("1. One,\n   on two lines.\n\n    And a paragraph.\n2. Two.\n\nProse.")
    rendered = render(notebook(cell, after))
    block, note, rest = rendered.markdown.partition("1. One")
    assert block.rstrip().endswith("```")
    assert rest.index("2. Two.") < rest.index("<!-- output 0 -->") < rest.index("Prose")
    assert note
    assert "annotations" not in cell


def test_a_list_after_code_without_annotations_stays_after_the_outputs() -> None:
    cell = code("print('printed')")
    cell.outputs = [stream("printed")]
    markdown = render(notebook(cell, text("1. One."))).markdown
    assert markdown.index("<!-- output 0 -->") < markdown.index("1. One.")


def test_code_that_holds_fences_gets_a_longer_one() -> None:
    markdown = render(notebook(code('"""\n````\n"""'))).markdown
    fences = [it for it in markdown.splitlines() if it.startswith("`````")]
    assert fences == ["`````python", "`````"]


def test_links_to_pages_are_those_of_the_checkout() -> None:
    source = "[term](../site_src/glossary.md#frame) and ../site_src/ in prose"
    markdown = render(notebook(text(source))).markdown
    assert markdown == "[term](../glossary.md#frame) and ../site_src/ in prose\n"


def test_the_path_of_a_module_begins_at_its_package() -> None:
    text = 'File "/a/src/b/python3.11/site-packages/ws/a.py", see /usr/src/src/x.py b/c'
    html = as_html([stream(text, "stderr")], no_image)
    assert '<samp>File "ws/a.py", see x.py b/c</samp>' in html


@pytest.mark.parametrize(
    "unit", ["`", " ", "\x1b", "\x1b[", "/", "a", "/src", "# (1", "0."]
)
def test_a_megabyte_of_anything_is_rendered_in_a_moment(unit: str) -> None:
    """What is quadratic would take minutes, and so meet the test's time limit."""
    text_ = unit * (1_000_000 // len(unit))
    cell = code("show()")
    cell.outputs = [stream(text_), stream(text_, "stderr"), result(text_plain=text_)]
    trace = [f"File {text_}", text_]
    cell.outputs.append(new_output("error", ename="E", evalue="", traceback=trace))
    (html,) = render(notebook(cell)).outputs
    assert 0 < len(html) < 200_000


def test_a_megabyte_in_small_writes_is_joined_in_a_moment() -> None:
    html = as_html([stream("0123456\n")] * 125_000, no_image)
    assert "0123456\n0123456\n" in html
    assert "characters left out" in html


@pytest.mark.parametrize(
    "kept",
    [
        "<pre>x:\n\n    <b>y</b>\n    z</pre>",
        "<textarea>\n  a\n</textarea>",
        "a<script>\n  x = '<pre>';\n\n  y = 1\n</script>",
        "<style>\n  a { }\n</style>",
        '<img alt="two\n\n   lines" title="a <pre> b">',
        "<!-- <pre>\n  a -->",
        "<svg viewBox='0 0 1 1'><linearGradient/></svg>",
        "a &amp; b &lt;pre&gt; &#x27;  c",
        "<B>x</B >",
    ],
)
def test_lean_html_keeps_all_but_blanks_at_line_breaks(kept: str) -> None:
    html = f"<main>\n  {kept}\n\n  <i>b</i>\n    c\n</main>\n"
    assert lean(html) == f"<main>\n{kept}\n<i>b</i>\nc</main>\n"


def test_lean_html_of_a_long_line_takes_a_moment() -> None:
    blank = " " * 1_000_000
    assert lean(f"<p>{blank}\n{blank}a</p>\n<p>b</p>") == "<p>\na</p><p>b</p>"


def test_code_is_marked_where_it_has_a_colour_and_nowhere_else() -> None:
    lexer = get_lexer_by_name("python", filters=[FewColours()])
    html = highlight("if x is not  None:\n    f(1)  # n\n", lexer, HtmlFormatter())
    assert html.partition("</span>")[2].partition("</pre>")[0] == (
        '<span class="k">if</span> x <span class="k">is not  None</span>:\n'
        '    f(<span class="m">1</span>)  <span class="c"># n</span>\n'
    )


@pytest.mark.parametrize("line", ["/", " ", "\x1b[", "\x1b", "a/src", "`", "\r"])
@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_line_of_a_megabyte_is_cut_and_says_so(line: str, name: str) -> None:
    text = line * (1_000_000 // len(line)) + "x" * 30_000
    html = as_html([stream(text, name)], no_image)
    assert len(html) < LIMIT * 4
    assert "characters left out" in html


def test_a_line_of_source_that_would_take_the_build_down_is_refused() -> None:
    for cell in (code("x = '" + "`" * 1_000_000 + "'"), text(" " * 1_000_000)):
        with pytest.raises(UnshowableOutput, match="cell 2: a line of 1000"):
            render(notebook(text("# Title"), cell))
