"""Say why a notebook failed, so that the reader of a build's log can mend it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
TRACEBACK = "Traceback (most recent call last)"
AROUND = 3  # lines of the excerpt on each side of the marked one
TALE = 60  # lines of a traceback, from its end
WIDTH = 300  # characters of a line of the report


@dataclass(frozen=True)
class Failure:
    """One reason why a notebook cannot be published."""

    path: Path
    reason: str
    """In one line; the exception's last line where there is one."""
    number: int | None = None
    """Of the cell among all cells, from 1; None if the whole notebook is meant."""
    source: str = ""
    execution_count: int | None = None
    line: int | None = None
    """In the cell's source, from 1."""
    details: dict[str, str] = field(default_factory=dict)
    """Headings with longer texts: the exception, the server's side, what is pending."""

    def __str__(self) -> str:
        return plain(self.explain())

    def explain(self) -> str:
        """Return the whole report, its tracebacks in the kernel's colours."""
        blocks = [f"{self.place()}: {shortened(plain(self.reason))}"]
        if self.source:
            blocks.append(excerpt(self.source, self.line))
        for heading, text in self.details.items():
            lines = map(shortened, text.strip("\n").splitlines()[-TALE:])
            blocks.append(f"  {heading}:\n" + "\n".join(f"    {it}" for it in lines))
        return "\n\n".join(blocks) + "\n"

    def place(self) -> str:
        """Return the file, seen from here, with the cell and line."""
        nearby = self.path.is_relative_to(Path.cwd())
        parts = [str(self.path.relative_to(Path.cwd()) if nearby else self.path)]
        if self.number is not None:
            count = f" (In [{self.execution_count}])" if self.execution_count else ""
            parts.append(f"cell {self.number}{count}")
        if self.line is not None:
            parts.append(f"line {self.line}")
        return ", ".join(parts)


class ExecutionError(Exception):
    """Notebooks failed; its text explains each failure.

    On a terminal the tracebacks keep their colours: see `explain()`.
    """

    def __init__(self, failures: list[Failure]) -> None:
        self.failures = failures
        super().__init__(self.explain())

    def explain(self, colour: bool = False) -> str:
        """Return all failures, one after the other."""
        text = "\n".join(failure.explain() for failure in self.failures)
        return text if colour else plain(text)


def excerpt(source: str, line: int | None) -> str:
    """Return a cell's lines around `line`, which is marked; its beginning if None."""
    lines = source.splitlines()
    first = max(1, (line or 1) - AROUND)
    last = min(len(lines), (line or 1) + AROUND)
    return "\n".join(
        f"  {'>' if number == line else ' '} {number:3} | {text}".rstrip()
        for number, text in enumerate(map(shortened, lines[first - 1 : last]), first)
    )


def of_cell(
    path: Path, index: int, cell: NotebookNode, reason: str, **details: str
) -> Failure:
    """Return the failure of one cell; its line is looked for in the details.

    Args:
        path: the notebook.
        index: of the cell among all cells, from 0.
        cell: as it was executed.
        reason: in one line.
        details: texts under their headings, with `_` for a blank.
    """
    count = cell.execution_count
    text = plain("\n".join(details.values()))
    lines = re.findall(rf'Cell In\[{count}\]"?, line (\d+)', text)
    return Failure(
        path,
        reason,
        number=index + 1,
        source=cell.source,
        execution_count=count,
        line=int(lines[-1]) if lines else None,
        details={
            heading.replace("_", " "): text
            for heading, text in details.items()
            if text.strip()
        },
    )


def of_outputs(
    path: Path, index: int, cell: NotebookNode, expected: bool
) -> Failure | None:
    """Return the failure that a cell's outputs show, if any.

    Args:
        path: the notebook.
        index: of the cell among all cells, from 0.
        cell: as it was executed.
        expected: whether it has to show a traceback.
    """
    error = next((it for it in cell.outputs if it.output_type == "error"), None)
    stderr = standard_error(cell)
    raised = error is not None or TRACEBACK in plain(stderr)
    if raised == expected:
        return None
    if expected:
        reason = "tagged raises-exception, but nothing was raised"
        return of_cell(path, index, cell, reason)
    if error is None:
        reason = f"a traceback in the background: {last_line(stderr)}"
        hint = "if it belongs there, tag the cell raises-exception"
        return of_cell(path, index, cell, f"{reason} ({hint})", standard_error=stderr)
    reason = f"{error.ename}: {error.evalue}".splitlines()[0]
    reason = re.sub(r" \(\d+\.py, line \d+\)$", "", reason)  # IPython's own file
    traceback = "\n".join(error.traceback)
    return of_cell(path, index, cell, reason, exception=traceback, server=stderr)


def standard_error(cell: NotebookNode) -> str:
    """Return what the cell, and a server while it ran, wrote to standard error."""
    streams = (it for it in cell.outputs if it.output_type == "stream")
    return "".join(it.text for it in streams if it.name == "stderr")


def last_line(text: str) -> str:
    """Return the last line of a text, "" if it has none."""
    return (text.strip().splitlines() or [""])[-1]


def shortened(line: str) -> str:
    """Return a line without its middle if it is longer than a report can show."""
    if len(line) <= WIDTH:
        return line
    line = plain(line)  # since half a colour's escape would colour what follows
    left_out = len(line) - WIDTH
    if left_out <= 0:
        return line
    half = WIDTH // 2
    return f"{line[:half]} … {left_out} characters left out … {line[-half:]}"


def plain(text: str) -> str:
    """Return a text without terminal colours."""
    return ANSI.sub("", text)
