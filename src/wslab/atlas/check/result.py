"""What a check found, for a terminal, for CI and for a file of expected failures."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wslab.atlas.cell import Outcome
from wslab.atlas.scenario import Rule, Scenario
from wslab.atlas.verdict import conforms
from wslab.atlas.views import matches

SOMETIMES = "sometimes"
"""What a file of expected failures says of one that happens now and then."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The names of scenarios that fail: `always`, or `sometimes`."""

    always: frozenset[str] = frozenset()
    sometimes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one scenario.

    `outcome` is the first that departs from the section, else the first; `without` says
    why there is none. `seconds` is what the runs took together.
    """

    scenario: Scenario
    outcome: Outcome | None
    without: str = ""
    seconds: float = 0.0

    @property
    def departs(self) -> bool:
        """Whether the server does not do what the section says."""
        outcome = self.outcome
        return outcome is not None and conforms(self.scenario, outcome) is False

    def told(self) -> str:
        """Return what was seen and what is demanded, and of that what was not done."""
        rule, outcome = self.scenario.rule, self.outcome
        if rule is None or outcome is None:
            return self.without
        lines = [
            self.scenario.asks,
            self.scenario.says,
            f"the client saw    {'; '.join(outcome.client) or 'nothing'}",
            f"the application   {'; '.join(outcome.application)}",
            *_demanded(rule, outcome),
        ]
        return "\n".join(lines)


def _demanded(rule: Rule, outcome: Outcome) -> Iterator[str]:
    """Yield a line for each thing that is demanded, with what became of it."""
    for pattern in rule.given:
        found = _matching(outcome.application, pattern)
        yield f"given a line      of the application's: {'; '.join(found)}"
    for who, seen, patterns in (
        ("client", outcome.client, rule.client),
        ("application", outcome.application, rule.application),
    ):
        for pattern in patterns:
            done = "there is one" if _matching(seen, pattern) else "THERE IS NONE"
            yield f"demanded a line   of the {who}'s: {_in_words(pattern)} ({done})"
    for pattern in rule.never:
        found = _matching((*outcome.client, *outcome.application), pattern)
        done = f"THERE IS {'; '.join(found)}" if found else "there is none"
        yield f"demanded no line  of either's: {_in_words(pattern)} ({done})"


def _matching(lines: Sequence[str], pattern: str) -> list[str]:
    return [line for line in lines if matches(line, pattern)]


def _in_words(pattern: str) -> str:
    """Return a pattern as people write it: what it may be, with * for anything."""
    return " or ".join(one.replace("[[]", "[") for one in pattern.split("|"))


@dataclass(frozen=True, slots=True)
class Summary:
    """All results, held against the failures that are expected."""

    results: Sequence[Result]
    expected: Expected | None = None

    @property
    def departing(self) -> list[Result]:
        """What does not do as its section says, expected or not."""
        return [result for result in self.results if result.departs]

    @property
    def unexpected(self) -> list[Result]:
        """What fails the check: without a list of expected failures, all but SHOULD."""
        if self.expected is None:
            return [it for it in self.departing if it.scenario.word != "SHOULD"]
        known = self.expected.always | self.expected.sometimes
        return [it for it in self.departing if it.scenario.name not in known]

    @property
    def mended(self) -> list[str]:
        """Failures that are always expected, and no longer happen."""
        if self.expected is None:
            return []
        played = {it.scenario.name for it in self.results if it.outcome is not None}
        failing = {it.scenario.name for it in self.departing}
        return sorted(self.expected.always & played - failing)

    @property
    def passes(self) -> bool:
        """Whether nothing has to be mended, in the server or in the list."""
        return not self.unexpected and not self.mended

    def text(self) -> str:
        """Return the summary for a terminal."""
        lines = []
        for result in self.departing:
            lines.append(f"{result.scenario.name}{self._known(result)}")
            lines += [f"    {line}" for line in result.told().splitlines()]
        lines += [f"{name} was expected to fail, and does not" for name in self.mended]
        played = [it for it in self.results if it.outcome is not None]
        left_out = len(self.results) - len(played)
        words = [it.scenario.word for it in self.departing]
        lines.append(
            f"{len(played)} scenario{'' if len(played) == 1 else 's'}: "
            f"{len(played) - len(words)} as the section says, "
            f"{words.count('MUST')} depart from a MUST, "
            f"{words.count('')} from a definition, "
            f"{words.count('SHOULD')} from a SHOULD"
            + (f"; {left_out} need an option of the server's" if left_out else "")
        )
        return "\n".join(lines)

    def _known(self, result: Result) -> str:
        name, expected = result.scenario.name, self.expected or Expected()
        if name in expected.sometimes:
            return f" (expected {SOMETIMES})"
        return " (expected)" if name in expected.always else ""

    def junit(self, server: str, seconds: float) -> str:
        """Return the results as JUnit's XML, a case for each scenario.

        `seconds` is what the check took; cases of which several are played at a time
        take more together.
        """
        unexpected = self.unexpected
        skipped = [it for it in self.results if it.outcome is None]
        suite = ET.Element(
            "testsuite",
            name=f"wslab atlas check: {server}",
            tests=str(len(self.results)),
            failures=str(len(unexpected) + len(self.mended)),
            skipped=str(len(skipped)),
            time=f"{seconds:.3f}",
        )
        for result in self.results:
            group = f"{result.scenario.group}.{result.scenario.word or 'definition'}"
            name = result.scenario.name
            time = f"{result.seconds:.3f}"
            case = ET.SubElement(
                suite, "testcase", classname=group, name=name, time=time
            )
            if result.outcome is None:
                ET.SubElement(case, "skipped", message=result.without)
            elif name in self.mended:
                message = "it was expected to fail, and does not"
                ET.SubElement(case, "failure", message=message)
            elif result in unexpected:
                message = result.scenario.says
                failure = ET.SubElement(case, "failure", message=message)
                failure.text = _printable(result.told())
            elif result.departs:
                output = ET.SubElement(case, "system-out")
                output.text = _printable(result.told())
        ET.indent(suite)
        return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _printable(text: str) -> str:
    """Return a text without the characters that XML 1.0 can't hold."""
    return "".join(c if c in "\t\n" or c.isprintable() else "?" for c in text)


def read_expected(path: Path, known: Iterable[str]) -> Expected:
    """Return the names in a file of expected failures: one a line, # begins a comment.

    A name may be followed by the word `SOMETIMES`.

    Raises:
        ValueError: A name is none of the `known` ones or is there with and without that
            word, another word follows a name, or the file is no text.
        OSError: The file can't be read.
    """
    always, sometimes = set(), set()
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        match line.partition("#")[0].split():
            case []:
                pass
            case [name]:
                always.add(name)
            case [name, word] if word == SOMETIMES:
                sometimes.add(name)
            case _:
                told = f"{line.strip()!r} is no name, alone or with {SOMETIMES!r}"
                raise ValueError(f"{path}: {told}")
    if unknown := sorted((always | sometimes) - set(known)):
        raise ValueError(f"{path}: no section decides a scenario {unknown[0]!r}")
    if both := sorted(always & sometimes):
        raise ValueError(f"{path}: {both[0]} fails always, or {SOMETIMES}?")
    return Expected(frozenset(always), frozenset(sometimes))
