"""Which cells of a notebook must have run before another can run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wslab.live.names import Names, names_of

MAGIC = ("%", "!")
"""What a line begins with that IPython reads before Python does."""


def needs(sources: Sequence[str]) -> list[set[int]]:
    """Return for each cell the numbers of the earlier ones that it needs, from 0.

    Names decide. A cell needs the latest that binds a name which it loads, and those
    that change the object afterwards, also by calling what changes it. What functions
    load they load when they are called. Who looks at a server's trace needs the cells
    that used the server. What a cell needs has needs of its own, and they are in the
    result. A cell with IPython's magic needs all, and is needed by all; another that is
    no Python needs nothing, since it fails.
    """
    cells = [names_of(source) for source in sources]
    found: list[set[int]] = []
    for number, (source, cell) in enumerate(zip(sources, cells, strict=True)):
        if cell is not None:
            found.append(_Search(cells[:number], found).needed(cell))
        else:
            magic = any(it.startswith(MAGIC) for it in source.splitlines())
            found.append(set(range(number)) if magic else set())
    return found


class _Search:
    """Finds what one cell needs.

    Args:
        earlier: those before it.
        found: what each of these needs.
    """

    def __init__(
        self, earlier: Sequence[Names | None], found: Sequence[set[int]]
    ) -> None:
        self._earlier = earlier
        self._found = found
        self._needed: set[int] = set()

    def needed(self, cell: Names) -> set[int]:
        own = cell.loads | cell.later if cell.calls else cell.loads
        for name in own:
            self._add(self._changed(name))
        for name in cell.looks:
            self._add(self._used(name))
        wanted = cell.loads | cell.later
        resolved: set[str] = set()
        expanded: set[int] = set()
        while wanted or self._needed - expanded:
            for name in wanted - resolved:
                self._add(self._origins(name))
            resolved |= wanted
            new = self._needed - expanded
            expanded |= new
            wanted = {it for number in new for it in self._later(number)} - resolved
            for number in new:
                self._add(self._changed_after(number))
        return self._needed

    def _add(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            self._needed |= {number, *self._found[number]}

    def _later(self, number: int) -> set[str]:
        cell = self._earlier[number]
        return cell.later if cell else set()

    def _since_bound(self, name: str) -> Iterator[tuple[int, Names | None]]:
        """Yield cells back to the one that binds a name."""
        for number in range(len(self._earlier) - 1, -1, -1):
            cell = self._earlier[number]
            yield number, cell
            if cell and name in cell.binds:
                return

    def _origins(self, name: str) -> Iterator[int]:
        """Yield the cells that bind a name or change its object."""
        for number, cell in self._since_bound(name):
            if cell is None or cell.binds_all or name in cell.binds | cell.touches:
                yield number

    def _changed(self, name: str) -> Iterator[int]:
        """Yield the cells that may have an object changed by what they call."""
        for number, _ in self._since_bound(name):
            reached = (self._earlier[it] for it in self._found[number])
            if any(name in it.touches_later for it in reached if it):
                yield number

    def _used(self, name: str) -> Iterator[int]:
        """Yield the cells that use an object, themselves or by a function."""
        for number, cell in self._since_bound(name):
            later = (self._later(it) for it in self._found[number])
            if cell and (name in cell.loads or any(name in it for it in later)):
                yield number

    def _changed_after(self, number: int) -> Iterator[int]:
        """Yield the cells that change what a needed cell has loaded, after it did."""
        cell = self._earlier[number]
        for name in cell.loads if cell else ():
            for other in range(number + 1, len(self._earlier)):
                found = self._earlier[other]
                if found and name in found.touches:
                    yield other
                if found and name in found.binds:
                    break
