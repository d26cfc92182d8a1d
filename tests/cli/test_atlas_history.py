"""`wslab atlas history` as it is typed; no test of it needs a network."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
import venv

import jsonschema
import psutil
import pytest

from wslab.atlas.history import records
from wslab.atlas.history.environments import Environment
from wslab.atlas.history.releases import RELEASES

COMMAND = [sys.executable, "-m", "wslab.cli", "atlas", "history"]
OFFLINE = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
CURRENT, OLDEST = RELEASES[-1], RELEASES[0]


def history(*arguments, **options):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        **options,
    )


@pytest.fixture
def environments(tmp_path):
    """A directory in which the current release's environment is taken for built.

    Its packages are those of the tests' own environment.
    """
    environment = Environment(CURRENT, tmp_path / "environments")
    venv.create(environment.directory, symlinks=True)
    (packages,) = environment.directory.glob("lib/python*/site-packages")
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    environment.marker.write_text(environment.purpose)
    return environment.directory.parent


def test_it_writes_what_it_measured_beside_what_is_there(environments, tmp_path):
    output = tmp_path / "uvicorn.json"
    arguments = ("--release", CURRENT.uvicorn, "--repeats", 1, "--output", output)
    arguments += ("--environments", environments)
    for scenario in ("handler-returns", "close-answered"):
        found = history(*arguments, "--scenario", scenario)
        assert found.returncode == 0, found.stderr
        assert "1 cells" in found.stdout
    document = json.loads(output.read_text())
    schema = json.loads((records.DATA.parent / "schema.json").read_text())
    jsonschema.validate(document, schema)
    assert list(document["releases"]) == [CURRENT.uvicorn]
    assert list(document["scenarios"]) == ["close-answered", "handler-returns"]
    (outcome,) = document["scenarios"]["handler-returns"]["outcomes"]
    assert outcome["client"] == ["HTTP 101", "FIN"]


def test_without_an_output_it_compares_with_what_is_stored(environments):
    arguments = ("--release", CURRENT.uvicorn, "--scenario", "handler-returns")
    found = history(*arguments, "--environments", environments)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 differ from the stored history" in found.stdout


def test_a_pip_that_fails_is_a_sentence_and_leaves_nothing(tmp_path):
    found = history(
        *("--release", OLDEST.uvicorn, "--environments", tmp_path), env=OFFLINE
    )
    assert found.returncode == 1
    (line,) = found.stderr.splitlines()
    assert f"the environment of uvicorn {OLDEST.uvicorn} can't be built: " in line
    assert f"No matching distribution found for uvicorn=={OLDEST.uvicorn}" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_leaves_no_environment_half_built(number, status, tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "--release", OLDEST.uvicorn, "--environments", str(tmp_path)],
        env=OFFLINE,
        stderr=subprocess.PIPE,
        text=True,
    )
    children = []
    while not (children and list(tmp_path.iterdir())) and process.poll() is None:
        children = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.01)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    assert "interrupted" in errors
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--release", "0.1"), "no release is called '0.1'; there are 0."),
        (("--scenario", "x*"), "no scenario is called 'x*'"),
        (("--output", "/"), "Is a directory"),
        (("--repeats", "0"), "'0' is not"),
    ],
)
def test_a_wrong_argument_is_a_sentence(arguments, told):
    found = history(*arguments)
    assert found.returncode == 2
    assert told in found.stderr
    assert "Traceback" not in found.stderr
