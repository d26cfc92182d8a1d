"""The README's Python runs as it stands, and what the texts name is there."""

import re
import subprocess
from pathlib import Path

import pytest

from wslab.site.notebooks import find_notebooks, read_notebook, tags

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


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_what_a_text_names_exists(name: str):
    """Targets of make, files that are linked to, and paths in tables."""
    text = (ROOT / name).read_text()
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"\bmake ([a-z-]+)`", text)
    assert named
    assert set(named) <= set(targets)
    links = re.findall(r"\]\(([^:)]+)\)", text)
    paths = re.findall(r"`((?:src|tests|site_src|notebooks|benchmarks)/[^`]*)`", text)
    examples = {"notebooks/browser/name.json", "notebooks/programs/name.json"}
    assert [it for it in {*links, *paths} - examples if not (ROOT / it).exists()] == []


def test_every_package_is_in_the_layout():
    text = (ROOT / "README.md").read_text()
    packages = [it.parent.name for it in (ROOT / "src/wslab").glob("*/__init__.py")]
    assert [it for it in packages if f"`src/wslab/{it}/`" not in text] == []


def test_every_target_of_make_is_phony_and_in_its_help():
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    [phony] = re.findall(r"^\.PHONY: (.*)", text, re.MULTILINE)
    assert set(phony.split()) == targets
    run = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {line.split()[0] for line in run.stdout.splitlines()} == targets


def test_every_tag_of_a_cell_is_explained():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    explained = set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))
    used = {
        tag
        for path in find_notebooks(ROOT / "notebooks")
        for cell in read_notebook(path).cells
        for tag in tags(cell)
        if not re.fullmatch(r"app:\w+\.py|F\d+", tag)
    }
    assert used
    assert used <= explained
