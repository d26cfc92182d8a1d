"""The README's Python runs as it stands."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


async def test_the_application_and_its_test_run():
    application, test = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    names: dict = {}
    exec(application, names)
    body = "".join(f"    {line}\n" for line in test.splitlines())
    exec(f"async def test():\n{body}", names)
    await names["test"]()


def test_every_make_target_that_it_names_exists():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"\bmake ([a-z]+)`", (ROOT / "README.md").read_text())
    assert named
    assert set(named) <= set(targets)
