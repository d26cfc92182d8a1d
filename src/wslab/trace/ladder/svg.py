"""A trace as a ladder diagram: SVG in HTML that follows the page's theme."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence
from html import escape

from wslab.trace.ladder.fold import Note
from wslab.trace.ladder.labels import application_label, cut, wire_label
from wslab.trace.ladder.order import Row
from wslab.trace.ladder.sections import Section, sections
from wslab.trace.model import ApplicationEvent, Connection

# One unit is one pixel on a phone: 360 of them fit a viewport of 390 pixels with its
# margins, and there the text is 11.5 pixels high.
WIDTH = 360
CLIENT, SERVER = 6, 226
ROW, TITLE = 30, 24
WIRE_CHARACTERS, APPLICATION_CHARACTERS, TITLE_CHARACTERS = 30, 17, 48

_STYLE = (
    ".wsl{width:100%;max-width:480px;height:auto;display:block;color:inherit;"
    "font:11.5px ui-monospace,SFMono-Regular,Menlo,Consolas,"
    "'DejaVu Sans Mono',monospace}"
    ".wsl text{fill:currentColor}"
    ".wsl .h{font-weight:600}"
    ".wsl .n{font-family:system-ui,sans-serif;font-style:italic}"
    ".wsl .e{text-anchor:end}"
    ".wsl path{fill:none;stroke:currentColor;stroke-width:1.3}"
    ".wsl .l{stroke-width:1;opacity:.4}"
    ".wsl .c{stroke:var(--wsl-client,var(--jp-brand-color1,"
    "var(--md-typeset-a-color,#3b78d8)))}"
    ".wsl .s{stroke:var(--wsl-server,#c2662d)}"
)

_numbers = itertools.count(1)


def ladder_html(connections: Sequence[Connection], left_out: int = 0) -> str:
    """One SVG element: role "img", with a title and a description in words."""
    shown = sections(connections, left_out)
    if not shown:
        return "<p><em>Nothing since the last look.</em></p>"
    body: list[str] = []
    height = 2
    for section in shown:
        drawn, height = _section(section, height)
        body += drawn
    spoken = "\n".join(_sentence(row) for s in shown for row in s.rows)
    mark = f"wsl{zlib.crc32(spoken.encode()):08x}-{next(_numbers)}"
    return (
        f'<svg class="wsl" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {WIDTH} {height + 4}" '
        f'aria-labelledby="{mark}t" aria-describedby="{mark}d">'
        f'<title id="{mark}t">{escape(_title(connections, left_out))}</title>'
        f'<desc id="{mark}d">{escape(spoken)}</desc>'
        f"<style>{_STYLE}</style>{''.join(body)}</svg>"
    )


def _title(connections: Sequence[Connection], left_out: int) -> str:
    count = len(connections) + left_out
    which = connections[-1].path if count == 1 else f"{count} connections"
    return f"Ladder diagram: {cut(which, 80)}"


def _sentence(row: Row | Note) -> str:
    """A row in words, for the description."""
    if isinstance(row, Note):
        return f"{row.text}."
    said = []
    if row.wire is not None:
        said.append(f"{row.wire.sender} sends {wire_label(row.wire, 80)}")
    if row.application is not None:
        label = application_label(row.application, 60)
        received = row.application.sender == "server"
        said.append(f"application {'gets ' if received else ''}{label}")
    return "; ".join(said) + "."


def _section(section: Section, top: int) -> tuple[list[str], int]:
    """The elements of a section that begins at `top`, and where it ends."""
    drawn = []
    if section.title:
        drawn.append(_text(cut(section.title, TITLE_CHARACTERS), 0, top + 15, "h"))
        top += TITLE
    if not section.rows:
        return drawn, top
    drawn += [
        _text("client", 0, top + 13, "n"),
        _text("wire", (CLIENT + SERVER) // 2 - 12, top + 13, "n"),
        _text("application", WIDTH, top + 13, "n e"),
    ]
    top += TITLE - 6
    end = top + ROW * len(section.rows) + 6
    drawn.append(f'<path class="l" d="M{CLIENT} {top}V{end}M{SERVER} {top}V{end}"/>')
    for number, row in enumerate(section.rows):
        drawn += _row(row, top + ROW * number)
    return drawn, end + 8


def _row(row: Row | Note, top: int) -> Iterator[str]:
    text, line = top + 17, top + 24
    if isinstance(row, Note):
        yield _text(row.text, CLIENT + 8, text, "n")
        return
    if row.wire is not None:
        label = wire_label(row.wire, WIRE_CHARACTERS)
        if row.wire.sender == "client":
            yield _text(label, CLIENT + 6, text)
            yield f'<path class="c" d="M{CLIENT} {line}H{SERVER - 1}m-5-3 5 3-5 3"/>'
        else:
            yield _text(label, SERVER - 6, text, "e")
            yield f'<path class="s" d="M{SERVER} {line}H{CLIENT + 1}m5-3-5 3 5 3"/>'
    if row.application is not None:
        yield from _application(row.application, text, line)


def _application(event: ApplicationEvent, text: int, line: int) -> Iterator[str]:
    label = application_label(event, APPLICATION_CHARACTERS)
    yield _text(label, SERVER + 8, text)
    if event.is_end:
        return
    if event.sender == "server":
        yield f'<path class="c" d="M{SERVER + 4} {line}H{WIDTH - 1}m-5-3 5 3-5 3"/>'
    else:
        yield f'<path class="s" d="M{WIDTH} {line}H{SERVER + 5}m5-3-5 3 5 3"/>'


def _text(content: str, x: int, y: int, classes: str = "") -> str:
    kind = f' class="{classes}"' if classes else ""
    return f'<text x="{x}" y="{y}"{kind}>{escape(content, quote=False)}</text>'
