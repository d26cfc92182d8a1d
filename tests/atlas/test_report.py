"""What the weekly workflow does with a measurement; GitHub's program is recorded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from wslab.atlas.store import DATA

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/atlas.yml").read_text())

GH = f"""\
#!{sys.executable}
import json, os, sys
with open(os.environ["CALLS"], "a") as calls:
    print(json.dumps(sys.argv[1:]), file=calls)
if sys.argv[1:3] == ["issue", "list"]:
    print(os.environ["OPEN"])
if "--body-file" in sys.argv:
    with open(sys.argv[sys.argv.index("--body-file") + 1]) as body:
        sys.exit("cells differ" not in body.read())
"""
"""A `gh` that writes down what it is asked; OPEN is the number of an open issue."""


@pytest.fixture
def before(tmp_path):
    """A run of one scenario."""
    return run(tmp_path / "before")


def run(directory, was="", now=""):
    directory.mkdir()
    text = (DATA / "handler-returns.json").read_text()
    (directory / "handler-returns.json").write_text(text.replace(was or "\0", now))
    return directory


def reported(before, after, open_issue=""):
    """Return how `.ci/report-atlas` ends, and what it asked `gh`."""
    programs = before.parent / "programs"
    programs.mkdir()
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    calls = before.parent / "calls"
    calls.touch()
    path = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
    own = {"PATH": os.pathsep.join(path), "CALLS": str(calls), "OPEN": open_issue}
    own["GITHUB_STEP_SUMMARY"] = str(before.parent / "summary")
    done = subprocess.run(
        [ROOT / ".ci/report-atlas", before, after],
        env=os.environ | own,
        capture_output=True,
        text=True,
        timeout=100,
    )
    return done, [json.loads(line) for line in calls.read_text().splitlines()]


def test_the_workflow_reports_on_what_it_measured():
    steps = [it.get("run", "") for it in WORKFLOW["jobs"]["measure"]["steps"]]
    assert ".ci/report-atlas src/wslab/atlas/data measured" in steps
    assert "wslab atlas run --output measured" in steps
    assert WORKFLOW["concurrency"]  # two at a time would open an issue each


def test_no_change_is_no_issue(before):
    done, asked = reported(before, before)
    assert (done.returncode, asked) == (0, [])
    assert "0 cells differ" in (before.parent / "summary").read_text()


def test_a_change_opens_an_issue(before, tmp_path):
    done, asked = reported(before, run(tmp_path / "after", '"FIN"', '"close 1000"'))
    assert done.returncode == 0, done.stderr
    created = asked[-1]
    assert created[:2] == ["issue", "create"]
    title = created[created.index("--title") + 1]
    assert title.startswith("The atlas changed: ")
    assert title.endswith(" cells differ")
    looked = next(it for it in asked if it[:2] == ["issue", "list"])
    label = looked[looked.index("--label") + 1]
    assert created[created.index("--label") + 1] == label


def test_a_change_updates_the_issue_that_is_open(before, tmp_path):
    after = run(tmp_path / "after", '"FIN"', '"close 1000"')
    done, asked = reported(before, after, open_issue="7")
    assert done.returncode == 0, done.stderr
    assert asked[-1][:3] == ["issue", "edit", "7"]
    assert not any("create" in it for it in asked)


def test_what_cannot_be_compared_fails_and_is_no_issue(before, tmp_path):
    (tmp_path / "empty").mkdir()
    done, asked = reported(before, tmp_path / "empty")
    assert (done.returncode, asked) == (2, [])
    assert "has no data of the atlas" in done.stderr


def test_a_measurement_that_lacks_a_server_fails_and_is_no_issue(before, tmp_path):
    after = run(tmp_path / "after", '"daphne": {', '"daphne-2": {')
    done, asked = reported(before, after)
    assert (done.returncode, asked) == (3, [])
    assert "in scenarios of both: daphne (1)" in (tmp_path / "summary").read_text()
