"""The files that tell others what to install agree with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def closure(extra: str) -> set[str]:
    """What an extra asks for, through the extras of our own that it names."""
    found = set()
    for requirement in PROJECT["optional-dependencies"][extra]:
        ours = re.fullmatch(r"wslab\[(\w+)\]", requirement)
        found |= closure(ours[1]) if ours else {requirement}
    return found


def name(requirement: str) -> str:
    return re.split(r"[\[<>=;\s]", requirement)[0].lower().replace("_", "-")


def test_the_conda_environment_asks_for_what_the_site_needs():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert f"python{PROJECT['requires-python']}" in conda
    *requirements, editable = pip["pip"]
    assert editable == "--editable ."
    assert set(requirements) == closure("site")


def test_the_library_alone_needs_nothing():
    assert PROJECT["dependencies"] == []


def test_the_lock_pins_every_requirement_and_names_no_host():
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {name(line) for line in lock.splitlines() if "==" in line}
    assert {name(requirement) for requirement in closure("test")} <= pinned
    assert "://" not in lock
    assert "--index" not in lock
