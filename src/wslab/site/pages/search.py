"""The search index: prose, headings, error messages, and the questions of readers.

The theme writes the index and searches it; what it writes is mended here, in ways
that are not among the theme's options:

- it puts all code and outputs into the text; only the messages in them stay, and they
  are a field of their own, which weighs more;
- no reader looks for what an exercise says, for where to go next, nor for what a
  chapter needs, and what is to be remembered is better found in its section;
- neither do marks of code within a title or a sentence, nor what stands above each
  table of a reference, nor the labels behind its names, help anyone;
- what a reference says first of a name is enough to find it, and nearly so the first
  580 characters of any section; a name of which a reference says nothing is found
  by the class that has it;
- its worker multiplies the score of a page's own entry by up to 2.5, against that of a
  section;
- a table that leads from questions to sections is found itself, in place of the
  sections. Here its questions become a field of the sections, which is not shown, and
  has each word once.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

_PAGE = 0.4
"""Undoes the worker's factor for an entry that is a whole page's."""
_ASKING = ("", "questions/", "applications/", "messages/")
"""The pages whose tables lead from questions to sections."""
_RAISED = re.compile(r"[\w.]*(?:Error|Exception|Warning)\b")
_WORD = re.compile(r"[^\W\d_]{2,}")
_BLOCK = re.compile(r"</?(?:p|ul|ol|li)>")
_CODE = re.compile(r"</?code>")
_COLUMNS = re.compile(r"\w+: (?:Name )?Type Description(?: Default)? ")
"""Above each of a reference's tables."""
_LABELS = re.compile(r" {2,}[a-z -]+$")
"""Behind a name in a reference: "async", "property", "instance-attribute"."""
_REFERENCE, _SECTION = 100, 580
"""How many characters of a text are indexed, in a reference and elsewhere."""
_UNSOUGHT = re.compile(
    "|a|an|and|any|are|as|at|be|by|can|do|does|for|from|has|how|i|in|is|it|my|not|of|on|"
    "only|or|other|than|that|the|this|to|was|what|when|which|who|why|will|with"
)
"""Words, of those that lunr leaves out of a question, that most questions have."""
_NEEDED = re.compile(r" You need .*")
_NAMED_ONLY = ("Exercise", "To remember", "Where to go next")
_SENTENCE = 4
"""Words from which a line that is printed, or a string, reads as a message."""


def tune(site: Path) -> None:
    """Rewrite the search index of a built site in place."""
    file = site / "search" / "search_index.json"
    index = json.loads(file.read_text(encoding="utf-8"))
    between = re.compile(index["config"]["separator"])
    questions = {
        location: _each_word_once(texts, between)
        for location, texts in _questions(site).items()
    }
    entries = (tuned(entry, questions) for entry in index["docs"])
    index["docs"] = _with_names_of_members(entries)
    text = json.dumps(index, separators=(",", ":"), ensure_ascii=False)
    file.write_text(text, encoding="utf-8")


def tuned(entry: dict[str, Any], questions: dict[str, str]) -> dict[str, Any]:
    """Return an entry of the index with its code and outputs cut to their messages.

    Args:
        entry: What the theme wrote: `location`, `title` and `text`.
        questions: The words of what readers ask, by the location of the section that
            answers it.
    """
    location: str = entry["location"]
    prose, messages = _split(entry["text"])
    if entry["title"].startswith(_NAMED_ONLY):
        prose, messages = "", []
    shown = _CODE.sub("", " ".join(_BLOCK.sub(" ", prose).split()))
    shown = _COLUMNS.sub("", shown)
    if "#" not in location:
        shown = _NEEDED.sub("", shown)
    longest = _REFERENCE if location.startswith("reference/") else _SECTION
    if len(shown) > longest:
        shown = shown[:longest].rpartition(" ")[0]
    asked = questions.get(location, "")
    more = {"messages": " ".join(messages), "questions": asked}
    weight = {} if "#" in location else {"boost": _PAGE * entry.get("boost", 1)}
    fields = {name: text for name, text in more.items() if text}
    title = _CODE.sub("", entry["title"])
    if location.startswith("reference/"):
        title = _LABELS.sub("", title)
    return {**entry, "title": title, "text": shown, **fields, **weight}


def _with_names_of_members(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a class in a reference the names of which nothing more is said."""
    kept: dict[str, dict[str, Any]] = {}
    for entry in entries:
        location, title = entry["location"], entry["title"]
        owner = kept.get(location.removesuffix(f".{title}"))
        if location.startswith("reference/") and not entry["text"] and owner:
            owner["text"] = f"{owner['text']} {title}".strip()
        else:
            kept[location] = entry
    return list(kept.values())


class Rows(HTMLParser):
    """Collects the first cell of each row of a page's tables, by the row's links."""

    def __init__(self, html: str, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._page = page
        self._links: list[str] | None = None
        self._text: list[str] = []
        self._cells = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell of it, or note a link."""
        if tag == "tr":
            self._links, self._text, self._cells = [], [], 0
        elif tag == "td":
            self._cells += 1
        elif tag == "a" and self._links is not None:
            self._links.append(urljoin(self._page, dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        """End a row."""
        if tag == "tr" and self._links is not None:
            text = " ".join(" ".join(self._text).split())
            self.found += [(link, text) for link in self._links]
            self._links = None

    def handle_data(self, data: str) -> None:
        """Add to the text of a row's first cell."""
        if self._cells == 1:
            self._text.append(data)


def _questions(site: Path) -> dict[str, list[str]]:
    """Return the questions of the pages that ask them, by what answers them."""
    found: dict[str, list[str]] = {}
    for page in _ASKING:
        file = site / page / "index.html"
        html = file.read_text(encoding="utf-8") if file.is_file() else ""
        for location, text in Rows(html, page).found:
            found.setdefault(location, []).append(text)
    return found


def _each_word_once(texts: Iterable[str], between: re.Pattern[str]) -> str:
    """Return the words of texts: how often one is said tells nothing."""
    words = (it for text in texts for it in between.split(text.lower()))
    return " ".join(dict.fromkeys(it for it in words if not _UNSOUGHT.fullmatch(it)))


def _split(text: str) -> tuple[str, list[str]]:
    """Return a section's prose, and the messages in its code and outputs, each once.

    The theme's text has only a few kinds of tags, without attributes, in it.
    """
    first, *rest = text.split("<pre>")
    parts = [part.partition("</pre>") for part in rest]
    prose = first + "".join(after for _, _, after in parts)
    messages = (message for block, _, _ in parts for message in _messages(block))
    return prose, list(dict.fromkeys(messages))


def _messages(block: str) -> Iterator[str]:
    """Return the error messages in a block of code, or in an output."""
    inner = unescape(block.removeprefix("<code>").removesuffix("</code>"))
    return _asserted(inner) if block.startswith("<code>") else _printed(inner)


def _printed(text: str) -> Iterator[str]:
    """Yield the lines of an output that report a fault or read as a sentence."""
    traced = "Traceback (most recent call last)" in text
    for line in map(_unquoted, text.splitlines()):
        is_fault = not line[:1].isspace() and _RAISED.match(line)
        if is_fault or (not traced and _is_sentence(line)):
            yield line


def _unquoted(line: str) -> str:
    """Return a line without the quotes around a string's repr."""
    quoted = len(line) > 1 and line[0] == line[-1] and line[0] in "'\""
    return line[1:-1] if quoted else line


def _asserted(source: str) -> Iterator[str]:
    """Yield the sentences that a cell's code raises or asserts."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert | ast.Raise):
            strings = (it for it in ast.walk(node) if isinstance(it, ast.Constant))
            yield from (
                it.value.strip()
                for it in strings
                if isinstance(it.value, str) and _is_sentence(it.value)
            )


def _is_sentence(text: str) -> bool:
    return text[:1] not in "[{(" and len(_WORD.findall(text)) >= _SENTENCE
