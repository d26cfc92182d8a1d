"""`wslab atlas check` against a server that is in no table, and has known faults."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[1] / "atlas" / "small_server.py"
NAMES = ("close-before-accept", "ping", "text")
FAULTS = ("close-before-accept", "ping")


def check(*options, names=NAMES, server=("{port}", "{app}")):
    chosen = [part for name in names for part in ("--scenario", name)]
    command = [sys.executable, "-m", "wslab.cli", "atlas", "check", *chosen, *options]
    words = ["--", sys.executable, str(SERVER), *server]
    return subprocess.run(
        [*command, *words], capture_output=True, text=True, timeout=100
    )


def expecting(tmp_path, *names):
    path = tmp_path / "expected.txt"
    path.write_text("# known\n" + "".join(f"{name}  # why\n" for name in names))
    return ("--expect", str(path))


def test_a_departure_is_told_with_its_section_and_fails():
    found = check()
    assert found.returncode == 1, found.stderr
    assert "close-before-accept\n" in found.stdout
    assert "ASGI, " in found.stdout
    assert "the client saw    HTTP 500" in found.stdout
    assert "depart from a MUST" in found.stdout


def test_failures_that_are_expected_pass(tmp_path):
    found = check(*expecting(tmp_path, *FAULTS))
    assert found.returncode == 0, found.stdout + found.stderr
    assert "close-before-accept (expected)" in found.stdout


def test_a_new_failure_is_an_error(tmp_path):
    found = check(*expecting(tmp_path, "ping"))
    assert found.returncode == 1
    assert "close-before-accept\n" in found.stdout


def test_a_failure_that_no_longer_happens_is_an_error(tmp_path):
    found = check(*expecting(tmp_path, *FAULTS, "text"))
    assert found.returncode == 1
    assert "text was expected to fail, and does not" in found.stdout


def test_the_results_are_written_as_junit_has_them(tmp_path):
    report = tmp_path / "report.xml"
    check("--junit", str(report))
    suite = ET.parse(report).getroot()
    assert suite.get("tests") == "3"
    cases = {case.get("name"): case for case in suite}
    assert cases["close-before-accept"].find("failure") is not None
    assert cases["text"].find("failure") is None


def test_a_server_that_does_not_answer_is_a_sentence():
    found = check(server=("{port}", "{app}s"))
    assert found.returncode == 1
    assert "ended with status" in found.stderr
    assert "has no attribute 'apps'" in found.stderr


@pytest.mark.parametrize(
    ("server", "told"),
    [(("{app}",), "no {port}"), (("{port}",), "no {app}")],
)
def test_a_command_without_its_places_is_a_sentence(server, told):
    found = check(server=server)
    assert found.returncode == 2
    assert told in found.stderr


def test_an_expected_failure_of_no_scenario_is_a_sentence(tmp_path):
    found = check(*expecting(tmp_path, "no-such-scenario"))
    assert found.returncode == 2
    assert "no scenario is called 'no-such-scenario'" in found.stderr


def test_it_needs_nothing_of_the_sites_or_of_any_server():
    """What it imports is the standard library and the package itself."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "import wslab.cli.main, wslab.cli.atlas\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - sys.stdlib_module_names - {'wslab'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stdout == "[]\n", found.stdout + found.stderr
