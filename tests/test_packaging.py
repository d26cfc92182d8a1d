"""The files that tell others what to install agree with pyproject.toml."""

import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml"))
YAML = [
    *FORMS,
    ROOT / ".github/ISSUE_TEMPLATE/config.yml",
    ROOT / ".github/workflows/site.yml",
    ROOT / ".pre-commit-config.yaml",
    ROOT / "CITATION.cff",
]
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


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_yaml_can_be_read(path: Path):
    assert isinstance(yaml.safe_load(path.read_text()), dict)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_is_what_github_takes(path: Path):
    form = yaml.safe_load(path.read_text())
    assert form.keys() <= {"name", "description", "labels", "title", "body"}
    ids = [item["id"] for item in form["body"]]
    assert len(ids) == len(set(ids))
    for item in form["body"]:
        assert item["type"] in ("input", "textarea")
        assert item["attributes"]["label"]


def test_ci_runs_on_every_python_that_is_supported_and_on_macos():
    workflow = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text())
    jobs = workflow["jobs"]
    pythons = jobs["test"]["strategy"]["matrix"]["python"]
    assert f">={pythons[0]}" == PROJECT["requires-python"]
    assert [f"3.{minor}" for minor in range(11, 11 + len(pythons))] == pythons
    assert jobs["macos"]["runs-on"].startswith("macos")
    assert {job["timeout-minutes"] for job in jobs.values()} == {60}


def test_the_hooks_of_pre_commit_fetch_nothing():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in hooks["repos"]] == ["local"]
    assert {hook["language"] for it in hooks["repos"] for hook in it["hooks"]} == {
        "system"
    }


def test_the_citation_agrees_with_the_project():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation.keys() >= {"cff-version", "message", "title", "authors"}
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert f"## {PROJECT['version']} - " in (ROOT / "CHANGELOG.md").read_text()


def test_a_wheel_has_the_page_of_trace(tmp_path):
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path))
    with zipfile.ZipFile(wheel) as built:
        names = {Path(name) for name in built.namelist()}
    page = Path("wslab/cli/trace/web/page")
    served = ("index.html", "trace.css", "trace.js", "icon.svg")
    assert names >= {page / name for name in served}


def test_the_library_alone_needs_nothing():
    assert PROJECT["dependencies"] == []


def test_the_lock_pins_every_requirement_and_names_no_host():
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {name(line) for line in lock.splitlines() if "==" in line}
    assert {name(requirement) for requirement in closure("test")} <= pinned
    assert "://" not in lock
    assert "--index" not in lock


REGISTRIES = re.compile(rb"(?:pypi|pythonhosted|npmjs)\.(?:org|com)")


def test_nothing_that_is_tracked_names_a_registry():
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    files = (ROOT / it for it in listed.rstrip("\0").split("\0"))
    here = Path(__file__)
    there = (it for it in files if it.is_file() and it != here)
    assert [str(it) for it in there if REGISTRIES.search(it.read_bytes())] == []
