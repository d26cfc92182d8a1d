"""The columns that characters take: two for most of East Asia's, none for marks.

Terminals differ for some emoji; this is what most do, and what rich takes them for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import category, east_asian_width

_UNSURE = re.compile("[\N{COMBINING GRAVE ACCENT}-\U0010ffff]")
"""Every printable character before these takes one column."""

_AS_EMOJI = "\N{VARIATION SELECTOR-16}"
_SKINS = (
    "\N{EMOJI MODIFIER FITZPATRICK TYPE-1-2}",
    "\N{EMOJI MODIFIER FITZPATRICK TYPE-6}",
)
_JAMO = ("\N{HANGUL JUNGSEONG FILLER}", "\N{HANGUL JONGSEONG SSANGNIEUN}")
"""Vowels and last consonants, which stand in the syllable that the first began."""


def columns_of(text: str) -> int:
    """Return how many columns a printable text takes."""
    return len(text) if _is_narrow(text) else sum(_columns(text))


def beginning(text: str, columns: int) -> str:
    """Return as much of a text as there are columns for."""
    if _is_narrow(text[: columns + 1]):
        return text[:columns]
    taken = 0
    for index, own in enumerate(_columns(text)):
        taken += own
        if taken > columns:
            return text[:index]
    return text


def _is_narrow(text: str) -> bool:
    """Return whether each character takes one column, as most texts' do."""
    return _UNSURE.search(text) is None


def _columns(text: str) -> Iterator[int]:
    """Yield what each character adds to those before."""
    before = 0
    for character in text:
        own = _own(character)
        if character == _AS_EMOJI and before == 1:
            own = 1  # a narrow symbol becomes a wide emoji
        yield own
        before = own or before


@lru_cache(1 << 12)
def _own(character: str) -> int:
    if category(character).startswith("M"):
        return 0
    if any(first <= character <= last for first, last in (_SKINS, _JAMO)):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
