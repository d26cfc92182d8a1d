"""A ladder as a diagram: SVG that has its own size and follows the page's theme."""

from __future__ import annotations

import itertools
import textwrap
import zlib
from collections.abc import Iterator
from html import escape

from wslab.trace.ladder.columns import columns_of
from wslab.trace.ladder.label import Label, cut
from wslab.trace.ladder.rung import Note, Rung
from wslab.trace.ladder.sections import Ladder, Section

# Heights are pixels and widths are shares of the room there is, so there is no
# `viewBox` that a front end's style sheet could stretch. In 358 pixels, a phone's 390
# less its margins, the text is 11.4 pixels high; a narrower page makes it smaller, a
# wider one up to 13 pixels, and from `WIDE` pixels on there is room for longer labels.
WIDEST, WIDE = 760, 640
CLIENT = 6
ROW, TITLE, LINE, MARGIN = 30, 24, 18, 2
SERVER = "60%"
_WIRE_CHARACTERS = (28, 46)
_APPLICATION_CHARACTERS = (19, 31)
_TITLE_CHARACTERS = (50, 80)

_STYLE = (
    ".wsl{container-type:inline-size;display:block;color:inherit;font:11.5px "
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}"
    ".wsl text{fill:currentColor;font-size:min(13px,3.19cqi)}"
    ".wsl .h{font-weight:600}"
    ".wsl .n{font-family:system-ui,sans-serif;font-style:italic}"
    ".wsl .e{text-anchor:end}"
    ".wsl path,.wsl line{fill:none;stroke:currentColor;stroke-width:1.3}"
    ".wsl .l{stroke-width:1;opacity:.4}"
    ".wsl .c{stroke:var(--wsl-client,var(--jp-brand-color1,"
    "var(--md-typeset-a-color,#3b78d8)))}"
    ".wsl .s{stroke:var(--wsl-server,#c2662d)}"
    f".wsl .x{{transform:translateX({SERVER})}}"
    ".wsl .y{transform:translateX(100%)}"
    ".wsl .w{display:none}"
    f"@container (min-width:{WIDE}px){{.wsl .w{{display:inline}}"
    ".wsl .p{display:none}}"
)

_numbers = itertools.count(1)


def ladder_html(ladder: Ladder) -> str:
    """Return one SVG element: role "img", with a title and a description in words.

    What does not fit on a phone is there twice, in a short and in a longer form, of
    which the width of the page shows one.
    """
    if not ladder.sections:
        return "<p><em>Nothing since the last look.</em></p>"
    body: list[str] = []
    height = MARGIN
    for section in ladder.sections:
        drawn, height = _section(section, height)
        body += drawn
    spoken = "\n".join(_spoken(ladder))
    mark = f"wsl{zlib.crc32(spoken.encode()):08x}-{next(_numbers)}"
    title = f"Ladder diagram: {ladder.title.fit(80)}"
    return (
        f'<svg class="wsl" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'width="100%" height="{height + 4}" style="width:100%!important;'
        f'max-width:{WIDEST}px!important;height:{height + 4}px!important" '
        f'aria-labelledby="{mark}t" aria-describedby="{mark}d">'
        f'<title id="{mark}t">{escape(title)}</title>'
        f'<desc id="{mark}d">{escape(spoken)}</desc>'
        f"<style>{_STYLE}</style>{''.join(body)}</svg>"
    )


def row_tops(section: Section, top: int = MARGIN) -> list[int]:
    """Return where each row of a section begins, in pixels from the ladder's top.

    A row is `ROW` pixels high.

    Args:
        section: one of the ladder's.
        top: where the section begins; the first one begins below the margin.
    """
    top += TITLE - 6 + (TITLE if section.title is not None else 0)
    return [top + ROW * number for number in range(len(section.rows))]


def _spoken(ladder: Ladder) -> Iterator[str]:
    """Yield the sentences of a ladder, for the description."""
    for section in ladder.sections:
        yield from map(_sentence, section.rows)
        if section.why:
            yield section.why


def _sentence(row: Rung | Note) -> str:
    """Return a row in words, for the description."""
    if isinstance(row, Note):
        return f"{row.text}."
    said = []
    if row.wire is not None:
        said.append(f"{row.wire.sender} sends {row.wire.label.fit(80)}")
    if row.application is not None:
        received = row.application.has_arrow and row.application.sender == "server"
        label = row.application.label.fit(60)
        said.append(f"application {'gets ' if received else ''}{label}")
    return "; ".join(said) + "."


def _section(section: Section, top: int) -> tuple[list[str], int]:
    """Return the elements of a section that begins at `top`, and where it ends."""
    drawn: list[str] = []
    tops = row_tops(section, top)
    if section.title is not None:
        drawn += _label(section.title, _TITLE_CHARACTERS, "0", top + 15, "h")
        top += TITLE
    if not tops:
        return drawn, top
    drawn += [
        _text("client", "0", top + 13, "n"),
        _text("wire", "28%", top + 13, "n"),
        _text("application", "100%", top + 13, "n e"),
    ]
    top, end = tops[0], tops[-1] + ROW + 6
    for x in (CLIENT, SERVER):
        drawn.append(f'<line class="l" x1="{x}" x2="{x}" y1="{top}" y2="{end}"/>')
    for row, at in zip(section.rows, tops, strict=True):
        drawn += _row(row, at)
    why, end = _why(section.why, end + 8)
    return drawn + why, end


def _why(text: str, top: int) -> tuple[list[str], int]:
    """Return the lines that say why a connection ended, and where they end."""
    lines = textwrap.wrap(text, _TITLE_CHARACTERS[0])
    drawn = [
        _text(line, "0", top + LINE * number + 10, "n")
        for number, line in enumerate(lines)
    ]
    return drawn, top + LINE * len(lines) + (8 if lines else 0)


def _row(row: Rung | Note, top: int) -> Iterator[str]:
    text, line = top + 17, top + 24
    if isinstance(row, Note):
        yield _text(cut(row.text, _TITLE_CHARACTERS[0]), str(CLIENT + 8), text, "n")
        return
    if row.wire is not None:
        inward = row.wire.sender == "client"
        x, classes = (str(CLIENT + 6), "") if inward else ("-6", "x e")
        yield from _label(row.wire.label, _WIRE_CHARACTERS, x, text, classes)
        yield from _arrow(inward, True, line)
    if row.application is not None:
        label = row.application.label
        yield from _label(label, _APPLICATION_CHARACTERS, "8", text, "x")
        if row.application.has_arrow:
            yield from _arrow(row.application.sender == "server", False, line)


def _arrow(inward: bool, on_wire: bool, y: int) -> Iterator[str]:
    """Yield a line across a lane, and its head; inward is to the right."""
    left, right = (str(CLIENT), SERVER) if on_wire else (SERVER, "100%")
    kind = "c" if inward else "s"
    yield f'<line class="{kind}" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
    if inward:
        classes, head = ("x" if on_wire else "y"), f"M-6 {y - 3}l5 3-5 3"
    else:
        classes = "" if on_wire else "x"
        head = f"M{CLIENT + 6 if on_wire else 6} {y - 3}l-5 3 5 3"
    yield f'<path class="{f"{kind} {classes}".strip()}" d="{head}"/>'


def _label(
    label: Label, widths: tuple[int, int], x: str, y: int, classes: str = ""
) -> Iterator[str]:
    """Yield a label for a phone and one for a wide page, or the one that fits both."""
    narrow, wide = (label.fit(width) for width in widths)
    if narrow == wide:
        yield _text(narrow, x, y, classes, _squeezed(narrow, widths[0]))
        return
    yield _text(narrow, x, y, f"{classes} p".strip(), _squeezed(narrow, widths[0]))
    yield _text(wide, x, y, f"{classes} w".strip(), _squeezed(wide, widths[1]))


def _squeezed(label: str, width: int) -> str:
    """Return how letters get narrower, where nothing of a label may be cut."""
    taken = columns_of(label)
    if taken <= width:
        return ""
    share = width / taken
    return f' style="font-size:min({13 * share:.1f}px,{3.19 * share:.2f}cqi)"'


def _text(content: str, x: str, y: int, classes: str = "", more: str = "") -> str:
    kind = f' class="{classes}"' if classes else ""
    return f'<text x="{x}" y="{y}"{kind}{more}>{escape(content, quote=False)}</text>'
