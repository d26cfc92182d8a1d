"""A matplotlib figure as inline SVG that follows the theme of the page around it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACCENT = "#0a645b"
ALARM = "#a3262a"

THEME = {
    "#000000": "currentColor",
    ACCENT: f"var(--accent, {ACCENT})",
    ALARM: f"var(--alarm, {ALARM})",
}
"""What a figure is drawn with, and what stands for it in the page."""


@dataclass(frozen=True)
class Picture:
    """An SVG and the sentence that says what it shows; a notebook displays it."""

    svg: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        return {"text/html": self.svg, "text/plain": self.text}


def picture(figure: Figure, text: str) -> Picture:
    """Draw a figure without a background; `text` is the alternative to seeing it.

    What is black becomes the page's text colour, ACCENT and ALARM the theme's colours
    of these names.
    """
    from matplotlib import rc_context

    file = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    # Text stays text, and identifiers are the same in every run.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "wslab"}):
        figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    return Picture(_themed(file.getvalue(), text), text)


def _themed(svg: str, text: str) -> str:
    svg = svg[svg.index("<svg ") :]
    for drawn, themed in THEME.items():
        svg = svg.replace(drawn, themed)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    svg = re.sub(r' transform="rotate\(-0 [^"]*"', "", svg)
    style = "max-width: 100%; height: auto; fill: currentColor"
    label = f'<svg role="img" aria-label="{escape(text)}" style="{style}" '
    return svg.replace("<svg ", label, 1)
