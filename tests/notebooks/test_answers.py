"""Each exercise takes right answers, and no wrong one.

`answers/CHAPTER.EXERCISE.py` has a chapter's answers to one exercise, each in a block
below `# %% right: why` or `# %% wrong: why`. A block stands in for the cell
`EXERCISE-attempt`; what the cell `EXERCISE-run` shows then is the verdict.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from wslab.live.needs import needs
from wslab.site.execution.kernel import Kernel
from wslab.site.notebooks import code_cells, read_notebook

from .chapters import CHAPTERS
from .ways import queue, shown

HEAD = re.compile(r"^# %% (right|wrong): (.+)$", re.MULTILINE)
ATTEMPT, RUN = "-attempt", "-run"


@dataclass(frozen=True)
class Answer:
    """What a reader may write in place of the attempt, and whether it is right."""

    right: bool
    why: str
    source: str


def answers_in(text: str) -> list[Answer]:
    """Split a file of answers."""
    _, *parts = HEAD.split(text)
    blocks = zip(*[iter(parts)] * 3, strict=True)
    return [Answer(kind == "right", why, source) for kind, why, source in blocks]


def exercises(path: Path) -> list[str]:
    """The exercises of a chapter, by the ids of the cells that run them."""
    ids = [cell.id for _, cell in code_cells(read_notebook(path))]
    return [
        id.removesuffix(RUN)
        for id in ids
        if id.startswith("exercise") and id.endswith(RUN)
    ]


def file_of(path: Path, exercise: str) -> Path:
    return Path(__file__).parent / "answers" / f"{path.stem}.{exercise}.py"


EXERCISES = [
    pytest.param(path, exercise, id=f"{path.stem}-{exercise}")
    for path in CHAPTERS
    for exercise in exercises(path)
]


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("path", "exercise"), EXERCISES)
async def test_right_answers_are_solved_and_wrong_ones_are_not(
    path: Path, exercise: str
):
    answers = answers_in(file_of(path, exercise).read_text())
    assert sum(answer.right for answer in answers) >= 2
    assert sum(not answer.right for answer in answers) >= 3
    misjudged = [
        f"{'right' if answer.right else 'wrong'}, {answer.why}: {verdict}"
        async for answer, verdict in verdicts(path, exercise, answers)
        if ("'solved'" in verdict) != answer.right
    ]
    assert misjudged == []


async def verdicts(
    path: Path, exercise: str, answers: list[Answer]
) -> AsyncIterator[tuple[Answer, str]]:
    """Run what the exercise needs of its chapter, and then what judges each answer."""
    cells = [cell for _, cell in code_cells(read_notebook(path))]
    end = next(n for n, cell in enumerate(cells) if cell.id == exercise + RUN)
    run = cells[end].source
    before = [cell.source for cell in cells[:end]]
    needed = {0}  # a set-up may bind no name
    for answer in answers:
        needed.update(*needs([*before, answer.source, run])[end:])
    async with Kernel(path.parent) as kernel:
        earlier = [cells[number] for number in sorted(needed) if number < end]
        assert "aborted" not in await queue(kernel, new_notebook(cells=earlier))
        for answer in answers:
            judged = [new_code_cell(it) for it in (answer.source, run)]
            await queue(kernel, new_notebook(cells=judged))
            yield answer, "".join(map(shown, judged))


def test_every_file_of_answers_has_its_exercise():
    files = {file_of(*parameters.values) for parameters in EXERCISES}
    assert set((Path(__file__).parent / "answers").glob("*.py")) == files
