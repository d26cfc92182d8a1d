"""A small `IPython.display`: how cells show values where there is no IPython.

Of IPython a page has the pretty-printer alone.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable
from types import ModuleType
from typing import Any

import IPython
from IPython.lib import pretty

METHODS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
}
"""What a value may have to show itself, and the type of what each returns."""


def bundle(value: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the forms of a value by their MIME types, and their metadata."""
    data: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    if isinstance(value, type):  # its methods are for its instances
        return {"text/plain": _plain(value)}, metadata
    for method, mime in METHODS.items():
        if (form := _called(value, method)) is not None:
            data[mime] = form
    if (forms := _called(value, "_repr_mimebundle_")) is not None:
        more, about = forms if isinstance(forms, tuple) else (forms, {})
        data |= more
        metadata |= about
    data.setdefault("text/plain", _plain(value))
    return {mime: _as_text(form) for mime, form in data.items()}, metadata


def _plain(value: object) -> str:
    return str(pretty.pretty(value))  # type: ignore[no-untyped-call]


def _called(value: object, method: str) -> Any:
    found = getattr(value, method, None)
    return found() if callable(found) else None


def _as_text(form: Any) -> Any:
    return b64encode(form).decode() if isinstance(form, bytes) else form


class Display:
    """Text of one MIME type, shown as such.

    Attributes:
        data: the text.
    """

    mime = "text/plain"

    def __init__(self, data: str) -> None:
        self.data = data

    def _repr_mimebundle_(self) -> dict[str, str]:
        return {self.mime: self.data, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<IPython.core.display.{type(self).__name__} object>"


class HTML(Display):
    """HTML."""

    mime = "text/html"


class Markdown(Display):
    """Markdown."""

    mime = "text/markdown"


class SVG(Display):
    """A picture in SVG."""

    mime = "image/svg+xml"


def install(show: Callable[[object], None]) -> Callable[..., None]:
    """Have `IPython.display` import this; return its function `display`.

    Args:
        show: shows a value under the running cell.
    """

    def display(*values: object) -> None:
        """Show values under the running cell."""
        for value in values:
            show(value)

    module = ModuleType("IPython.display", __doc__)
    for it in (display, HTML, Markdown, SVG):
        setattr(module, it.__name__, it)
    sys.modules["IPython.display"] = module
    vars(IPython).update(display=module, get_ipython=lambda: None)
    return display
