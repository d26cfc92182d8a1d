"""What an outcome is in a few words, and whether it is what a section demands."""

from __future__ import annotations

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.http2 import as_over_tcp
from wslab.atlas.scenario import Rule, Scenario
from wslab.atlas.views import matches

WIDTH = 44
"""Characters of an outcome in a few words."""


def conforms(scenario: Scenario, outcome: Outcome) -> bool | None:
    """Return whether an outcome is what the scenario's section demands.

    Rules have the words of HTTP/1.1; what was seen over HTTP/2 is put into them first.

    Returns:
        None where nothing is demanded.
    """
    rule = scenario.rule
    told = as_over_tcp(outcome)
    if rule is None or not all(_has(told.application, p) for p in rule.given):
        return None
    return _satisfies(rule, told)


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
    both = zip(outcome.client, as_over_tcp(outcome).client, strict=True)
    lines = [(line, told) for line, told in both if not line.startswith("body ")]
    opening = next((pair for pair in lines if pair[1] == "HTTP 101"), None)
    if opening:
        lines.remove(opening)
    said = [line for line, _ in lines]
    closed = any(line.startswith("close ") for line in said)
    if lines and lines[-1][1] == "FIN":
        if opening and not closed:
            said[-1] = f"no close frame, {said[-1]}"
        elif len(said) > 1:
            said.pop()
    return _cut("; ".join(said) or (opening[0] if opening else "nothing"))


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
