"""Splitting a path into the pieces of its pattern, in time linear in the path.

A pattern such as `/{year}-{month}-{day}` leaves it open which dash is which. A regular
expression decides by going back and trying again, which for a path of dashes takes time
quadratic in its length or worse. So an expression serves only where there is nothing to
try, which is most often; elsewhere a `Splitter` gives what a greedy one would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple


class Step(NamedTuple):
    """One place of a pattern: the characters it takes, and how often.

    Attributes:
        chars: a character class as `re` writes it, such as `[^/]`.
        repeats: whether it takes one character or more, rather than one.
        skip: how many steps, from this one on, may be left out; 0 for a must.
    """

    chars: str
    repeats: bool = False
    skip: int = 0


Pieces = Sequence[Sequence[Step]]
Split = Callable[[str], Sequence[str] | None]


def splitter(pieces: Pieces) -> Split:
    """Return the function that splits a path into the texts of these pieces.

    Args:
        pieces: the steps of each piece; a literal has a step for each character.

    Returns:
        A function of the path. It returns None for a path that does not match. Each
        piece takes as much as lets the rest match, the first one first.
    """
    if not _is_decided([step for piece in pieces for step in piece]):
        return Splitter(pieces).split
    expression = "".join(f"({_expression(piece)})" for piece in pieces)
    match = re.compile(expression, re.DOTALL).fullmatch

    def split(path: str) -> Sequence[str] | None:
        found = match(path)
        return None if found is None else found.groups("")

    return split


def _is_decided(steps: Sequence[Step]) -> bool:
    """Tell whether the next character always says which step takes it."""
    letters = {step.chars[-1] for step in steps} | set("0-./x")
    takes = [
        {letter for letter in letters if re.fullmatch(step.chars, letter, re.DOTALL)}
        for step in steps
    ]
    firsts: list[set[str]] = [set() for _ in range(len(steps) + 1)]
    for index, step in reversed([*enumerate(steps)]):
        after = firsts[index + step.skip] if step.skip else set()
        ahead = firsts[index + 1] if step.repeats else set()
        if takes[index] & (after | ahead):
            return False
        firsts[index] = takes[index] | after
    return True


def _expression(steps: Sequence[Step]) -> str:
    """Write steps as a regular expression that takes nothing back (possessive)."""
    if not steps:
        return ""
    step, skip = steps[0], steps[0].skip
    once = step.chars + ("++" if step.repeats else "")
    if not skip:
        return once + _expression(steps[1:])
    return f"(?:{once}{_expression(steps[1:skip])})?+{_expression(steps[skip:])}"


class Splitter:
    """Splits paths for a pattern that is not decided by the next character.

    The path is read once from its end, to note which steps can match from each
    character on, and once from its start, where each step takes as much as these notes
    allow: two passes of a nondeterministic automaton, whose states are the bits of one
    int. 100,000 characters take 0.1 s.
    """

    __slots__ = ("_bounds", "_classes", "_masks", "_repeating", "_skips", "_steps")

    def __init__(self, pieces: Pieces) -> None:
        self._steps: list[Step] = []
        self._bounds = [0]  # the step that each piece begins with, and the end
        for piece in pieces:
            self._steps += piece
            self._bounds.append(len(self._steps))
        numbered = list(enumerate(self._steps))
        self._classes = [re.compile(step.chars, re.DOTALL) for step in self._steps]
        self._repeating = sum(1 << index for index, step in numbered if step.repeats)
        self._skips = [(i, step.skip) for i, step in reversed(numbered) if step.skip]
        self._masks: dict[str, int] = {}

    def split(self, path: str) -> list[str] | None:
        """Return the text of each piece, None if the path does not match."""
        alive = self._alive(path)
        return self._take(path, alive) if alive and alive[0] & 1 else None

    def _alive(self, path: str) -> list[int]:
        """Return, for each position, the steps (as bits) that match from there on.

        Empty if there is a position from which none does.
        """
        now = self._skipped(1 << len(self._steps))
        alive = [now]
        for char in reversed(path):
            now = self._mask(char) & (now >> 1 | now & self._repeating)
            if not now:
                return []
            now = self._skipped(now)
            alive.append(now)
        alive.reverse()
        return alive

    def _take(self, path: str, alive: list[int]) -> list[str]:
        """Walk from the start, taking as much as will let the rest match."""
        position = 0
        starts = {0: 0}
        step = 0
        while step < len(self._steps):
            following = alive[position + 1] if self._takes(step, path, position) else 0
            if self._steps[step].repeats and following >> step & 1:
                position += 1
                continue
            if following >> (step + 1) & 1:
                position, step = position + 1, step + 1
            else:
                step += self._steps[step].skip
            starts[step] = position
        cuts = [starts[bound] for bound in self._bounds]
        return [path[a:b] for a, b in pairwise(cuts)]

    def _takes(self, step: int, path: str, position: int) -> bool:
        return position < len(path) and bool(self._mask(path[position]) >> step & 1)

    def _skipped(self, now: int) -> int:
        for step, skip in self._skips:
            now |= (now >> (step + skip) & 1) << step
        return now

    def _mask(self, char: str) -> int:
        """Return the steps that take this character, as bits."""
        mask = self._masks.get(char)
        if mask is None:
            found = (bool(chars.fullmatch(char)) for chars in self._classes)
            mask = sum(taken << index for index, taken in enumerate(found))
            if char.isascii():  # so that what is kept has a bound
                self._masks[char] = mask
        return mask
