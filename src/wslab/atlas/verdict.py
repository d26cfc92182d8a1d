"""What an outcome is in a few words, and whether it is what a section demands."""

from __future__ import annotations

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.scenario import Rule, Scenario
from wslab.atlas.views import matches

WIDTH = 44
"""Characters of an outcome in a few words."""


def conforms(scenario: Scenario, outcome: Outcome) -> bool | None:
    """Return whether an outcome is what the scenario's section demands.

    Returns:
        None where nothing is demanded.
    """
    rule = scenario.rule
    if rule is None or not all(_has(outcome.application, p) for p in rule.given):
        return None
    return _satisfies(rule, outcome)


def cell_conforms(scenario: Scenario, cell: Cell) -> bool | None:
    """Return whether all outcomes of a cell conform; None where nothing is demanded."""
    verdicts = {conforms(scenario, outcome) for outcome in cell.outcomes} - {None}
    return all(verdicts) if verdicts else None


def _satisfies(rule: Rule, outcome: Outcome) -> bool:
    both = (*outcome.client, *outcome.application)
    return (
        all(_has(outcome.client, pattern) for pattern in rule.client)
        and all(_has(outcome.application, pattern) for pattern in rule.application)
        and not any(_has(both, pattern) for pattern in rule.never)
    )


def _has(lines: tuple[str, ...], pattern: str) -> bool:
    return any(matches(line, pattern) for line in lines)


def client_words(outcome: Outcome) -> str:
    """Return what the client saw in a few words: what goes without saying is left out.

    A connection that ends without a close frame is "no close frame" (the 1006 of
    RFC 6455 section 7.1.5), and the FIN after a close frame or a response is no news.
    """
    lines = [line for line in outcome.client if not line.startswith("body ")]
    opened = "HTTP 101" in lines
    if opened:
        lines.remove("HTTP 101")
    closed = any(line.startswith("close ") for line in lines)
    if lines and lines[-1] == "FIN":
        if opened and not closed:
            lines[-1] = "no close frame, FIN"
        elif len(lines) > 1:
            lines.pop()
    return _cut("; ".join(lines) or ("HTTP 101" if opened else "nothing"))


def application_words(outcome: Outcome) -> str:
    """Return what the application did and got in a few words."""
    dull = {"receives connect", "sends accept"}
    lines = [_type(line) for line in outcome.application if line not in dull]
    if len(lines) > 1 and lines[-1] == "returns":
        lines.pop()
    return _cut("; ".join(lines) or "; ".join(outcome.application))


def _type(line: str) -> str:
    """Return a line without the text of the exception in it."""
    for verb in ("raises ", "fails: "):
        before, found, error = line.partition(verb)
        if found:
            return f"{before}{verb}{error.partition(':')[0]}"
    return line


def _cut(text: str) -> str:
    if len(text) <= WIDTH:
        return text
    return text[: WIDTH - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
