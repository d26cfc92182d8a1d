"""A code cell's outputs as HTML that Markdown never sees, and images as files."""

import base64
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Any

Output = dict[str, Any]
AddImage = Callable[[str, bytes], str]
"""Stores an image under a suffix such as "png"; returns its address on the page."""

LONG = 30
"""Lines above which a text output scrolls in a box of its own."""

LIMIT = 20_000
"""Characters of one text output that a page shows; it says how many are left out."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_PHONE_COLUMNS = 40
_LIBRARY = re.compile(r"/(?:site-packages|python3\.\d+|src)(?=/)")
_INLINE_IMAGE = re.compile(r"(?<=\")data:image/(png|jpeg);base64,([A-Za-z0-9+/=]+)")
_PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}


class UnshowableOutput(ValueError):
    """An output that has no form on a page, or an image that has no alt text."""


def plain(text: str) -> str:
    """Return a text without terminal escapes, its lines as a terminal leaves them."""
    lines = _ANSI.sub("", text).split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def as_html(outputs: Iterable[Output], add_image: AddImage) -> str:
    """Return all outputs of one cell as one labelled group, "" when there are none.

    Args:
        outputs: as the notebook has them (nbformat 4).
        add_image: keeps each image.

    Raises:
        UnshowableOutput: a page cannot show a MIME bundle.
    """
    parts = "".join(_one(output, add_image) for output in _joined(outputs))
    if not parts:
        return ""
    return f'<div class="output" role="group" aria-label="Output">{parts}</div>'


def _joined(outputs: Iterable[Output]) -> Iterator[Output]:
    """Join neighbouring writes to one stream, which the kernel splits at will."""
    for stream, group in groupby(outputs, key=_stream):
        if stream is None:
            yield from group
        else:
            first, *others = group
            yield {**first, "text": "".join(it["text"] for it in [first, *others])}


def _stream(output: Output) -> str | None:
    return output["name"] if output["output_type"] == "stream" else None


def _one(output: Output, add_image: AddImage) -> str:
    match output["output_type"]:
        case "stream":
            text = output["text"]
            traced = output["name"] == "stderr"
            return _text(_portable(text) if traced else text, output["name"])
        case "error":
            return _text("\n".join(_frames(output["traceback"])), "error")
        case _:
            return _rich(output["data"], output.get("metadata", {}), add_image)


def _frames(traceback: Iterable[str]) -> Iterator[str]:
    """Return IPython's traceback: cells in full, one line for a frame in a module."""
    for part in map(plain, traceback):
        if part.startswith("File "):
            yield _portable(part.partition("\n")[0])
        elif part.strip("-"):
            yield part.lstrip("-\n")


def _portable(text: str) -> str:
    """Return a text that names a library's files from its package; in linear time."""
    first, *others = _LIBRARY.split(text)
    *before, rest = (first, *(part.removeprefix("/") for part in others))
    cuts = (part[: max(map(part.rfind, " \t\n\"'")) + 1] for part in before)
    return "".join(cuts) + rest


def _bounded(text: str) -> str:
    """Return what a page shows of a text, and how much it leaves out."""
    left_out = len(text) - LIMIT
    return (
        text if left_out <= 0 else f"{text[:LIMIT]}\n… {left_out} characters left out"
    )


def _rich(data: dict[str, Any], metadata: dict[str, Any], add_image: AddImage) -> str:
    """Return the best form that a page has for a MIME bundle."""
    if "text/html" in data:
        html = _INLINE_IMAGE.sub(
            lambda image: add_image(image[1], base64.b64decode(image[2])),
            data["text/html"],
        )
        # A diagram's labels would be noise in the search index.
        return f'<div class="rich" data-search-exclude>{html}</div>'
    for mime, suffix in _PICTURES.items():
        if mime in data:
            alt = metadata.get("alt") or metadata.get(mime, {}).get("alt")
            return _image(data[mime], suffix, alt, add_image)
    if "text/plain" in data:
        return _text(data["text/plain"], "result")
    raise UnshowableOutput(f"no form on a page for {', '.join(data) or 'nothing'}")


def _text(text: str, kind: str) -> str:
    text = _bounded(plain(text).rstrip())
    if not text:
        return ""
    lines = text.split("\n")
    scrolls = len(lines) > LONG or max(map(len, lines)) > _PHONE_COLUMNS
    attributes = f'class="{kind}{" long" if len(lines) > LONG else ""}"'
    if scrolls:  # reachable by keyboard where it may have to scroll
        label = "Traceback" if kind == "error" else "Output text"
        attributes += f' tabindex="0" role="group" aria-label="{label}"'
    return f"<pre {attributes}><samp>{escape(text, quote=False)}</samp></pre>"


def _image(data: str, suffix: str, alt: str | None, add_image: AddImage) -> str:
    if not alt:
        raise UnshowableOutput('an image without alt text: metadata {"alt": ...}')
    content = data.encode() if suffix == "svg" else base64.b64decode(data)
    size = ""
    if suffix == "png":  # the IHDR chunk, so that the page does not jump
        width, height = struct.unpack(">II", content[16:24])
        size = f' width="{width}" height="{height}"'
    source = add_image(suffix, content)
    return f'<img src="{source}" alt="{escape(alt)}"{size} loading="lazy">'
