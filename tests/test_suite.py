"""What tests/conftest.py promises to every other test."""

import os
import re
import subprocess
import sys

import pytest
from hypothesis import settings

from wslab.lab.chrome.browser import find_chromium

from .conftest import SLOW, TESTS

HANDLER = "import signal; print(signal.getsignal(signal.SIGINT).__name__)"


def run_test(name: str, *before: str, **environment: str) -> tuple[int, str]:
    """Run one test of this file in a suite of its own; its status and output."""
    command = [*before, sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, "-n0", "--no-cov", f"{__file__}::{name}"],
        cwd=TESTS.parent,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
    )
    return run.returncode, run.stdout + run.stderr


def test_children_end_at_ctrl_c():
    """Python sets this handler where SIGINT is not ignored."""
    run = subprocess.run(
        [sys.executable, "-c", HANDLER], capture_output=True, text=True
    )
    assert run.stdout == "default_int_handler\n"


def test_children_end_at_ctrl_c_in_a_suite_that_a_shell_runs_in_the_background():
    ignoring = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    status, output = run_test("test_children_end_at_ctrl_c", *ignoring)
    assert status == 0, output


def test_properties_have_no_deadline():
    assert settings().deadline is None


@pytest.mark.needs("chromium")
def test_what_needs_chromium_has_it():
    assert find_chromium()


@pytest.mark.parametrize(("ci", "end"), [("", "1 skipped in"), ("true", "1 error in")])
def test_without_chromium_it_is_skipped_and_where_ci_runs_it_fails(ci: str, end: str):
    without = {"WSLAB_CHROMIUM": "not-there", "CI": ci}
    status, output = run_test("test_what_needs_chromium_has_it", **without)
    assert bool(status) is bool(ci)
    assert "no Chromium: apt-get install chromium" in output
    assert re.search(end, output.splitlines()[-1]), output


@pytest.mark.parametrize("name", SLOW)
def test_what_is_called_slow_exists(name: str):
    assert (TESTS / name).exists(), f"tests/conftest.py calls {name} slow"
