"""`wslab atlas check` against a server that is in no table, and has known faults."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

SERVERS = Path(__file__).parents[1] / "atlas"
SERVER = SERVERS / "small_server.py"
NAMES = ("close-before-accept", "ping", "text")
FAULTS = ("close-before-accept", "ping")


def check(*options, names=NAMES, program=SERVER, server=("{port}", "{app}")):
    chosen = [part for name in names for part in ("--scenario", name)]
    command = [sys.executable, "-m", "wslab.cli", "atlas", "check", *chosen, *options]
    words = ["--", sys.executable, str(program), *server]
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


def test_a_list_of_failures_may_come_from_windows(tmp_path):
    path = tmp_path / "expected.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(FAULTS).encode())
    assert check("--expect", str(path)).returncode == 0


def test_a_new_failure_is_an_error(tmp_path):
    found = check(*expecting(tmp_path, "ping"))
    assert found.returncode == 1
    assert "close-before-accept\n" in found.stdout


def test_a_failure_that_no_longer_happens_is_an_error(tmp_path):
    found = check(*expecting(tmp_path, *FAULTS, "text"))
    assert found.returncode == 1
    assert "text was expected to fail, and does not" in found.stdout


def test_what_fails_sometimes_may_fail_and_may_pass(tmp_path):
    report = tmp_path / "report.xml"
    lines = ("close-before-accept sometimes", "ping", "text sometimes")
    expect = expecting(tmp_path, *lines)
    found = check(*expect, "--junit", str(report))
    assert found.returncode == 0, found.stdout + found.stderr
    assert "close-before-accept (expected sometimes)" in found.stdout
    assert "ping (expected)" in found.stdout
    assert "3 scenarios: 1 as the section says" in found.stdout
    suite = ET.parse(report).getroot()
    assert suite.get("failures") == "0"
    told = {case.get("name"): case.findtext("system-out") for case in suite}
    assert "HTTP 500" in told["close-before-accept"]
    assert told["text"] is None


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["ping often"], "'ping often  # why' is no name, alone or with 'sometimes'"),
        (["ping sometimes never"], "is no name, alone or with 'sometimes'"),
        (["ping", "ping sometimes"], "ping fails always, or sometimes?"),
        (["handler-exits sometimes"], "no section decides a scenario 'handler-exits'"),
    ],
)
def test_a_line_that_does_not_say_when_it_fails_is_a_sentence(names, told, tmp_path):
    found = check(*expecting(tmp_path, *names))
    assert found.returncode == 2
    assert told in found.stderr


def test_the_results_are_written_as_junit_has_them(tmp_path):
    report = tmp_path / "report.xml"
    check("--junit", str(report))
    suite = ET.parse(report).getroot()
    assert suite.get("tests") == "3"
    cases = {case.get("name"): case for case in suite}
    took = {name: float(case.get("time")) for name, case in cases.items()}
    assert took["ping"] > 2  # two runs wait for a pong, a second each
    assert took["text"] > 0
    assert float(suite.get("time")) > took["ping"] / 2  # its runs go side by side
    assert cases["close-before-accept"].find("failure") is not None
    assert cases["text"].find("failure") is None


def test_a_server_that_does_not_answer_is_a_sentence():
    found = check(server=("{port}", "{app}s"))
    assert found.returncode == 1
    assert "ended with status" in found.stderr
    assert "has no attribute 'apps'" in found.stderr


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("ends", "the application   is not called; the server ends"),
        ("deaf", "the client saw    reset"),
        ("pageless", "the client saw    HTTP 426"),
    ],
)
def test_a_server_that_fails_on_the_way_is_a_finding(how, told):
    program, words = SERVERS / "failing_server.py", (how, "{port}", "{app}")
    found = check(names=["text"], program=program, server=words)
    assert found.returncode == 1
    assert told in found.stdout
    assert found.stderr == ""


@pytest.mark.parametrize(
    ("server", "told"),
    [(("{app}",), "no {port}"), (("{port}",), "no {app}")],
)
def test_a_command_without_its_places_is_a_sentence(server, told):
    found = check(server=server)
    assert found.returncode == 2
    assert told in found.stderr


@pytest.mark.parametrize("name", ["no-such-scenario", "handler-exits"])
def test_an_expected_failure_that_cannot_happen_is_a_sentence(name, tmp_path):
    found = check(*expecting(tmp_path, name))
    assert found.returncode == 2
    assert f"no section decides a scenario '{name}'" in found.stderr


def test_a_scenario_that_no_section_decides_is_a_sentence():
    found = check(names=["handler-exits"])
    assert found.returncode == 2
    assert "no scenario that a section decides is called" in found.stderr


def test_a_report_that_cannot_be_written_leaves_the_summary():
    found = check("--junit", "/nowhere/report.xml", names=["text"])
    assert found.returncode == 2
    assert "1 scenario: 1 as the section says" in found.stdout
    assert "No such file or directory: '/nowhere/report.xml'" in found.stderr


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
