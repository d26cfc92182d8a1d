"""The pages' scripts: what is committed is what their TypeScript builds."""

import gzip

import pytest

from .frontend import ROOT, npm

BUILT = ("site_src", "src/wslab/cli/trace/web/page")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_what_is_committed_is_what_is_built(frontend):
    npm(frontend, "run", "build")
    folders = (frontend.parent / place for place in BUILT)
    found = [it for folder in folders for it in folder.rglob("*")]
    built = [it for it in found if it.is_file()]
    names = {it.name for it in built}
    assert names >= {"atlas.js", "explorer.js", "trace.js", "runner.js", "worker.js"}
    assert names >= {"service-worker.js", "licences.json"}
    for script in built:
        committed = ROOT / script.relative_to(frontend.parent)
        told = f"{script.name} is not what frontend/ builds: npm run build"
        assert committed.read_bytes() == script.read_bytes(), told


def test_types_and_tests_of_the_scripts_pass(frontend):
    npm(frontend, "run", "check")
    assert " passed" in npm(frontend, "test")


def test_a_page_on_which_nobody_presses_run_loads_little():
    script = ROOT / "site_src" / "scripts" / "live" / "runner.js"
    assert len(gzip.compress(script.read_bytes())) < 15_000


def test_the_lock_file_names_no_registry():
    assert "://registry" not in (ROOT / "frontend" / "package-lock.json").read_text()
