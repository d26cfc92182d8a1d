"""Ctrl-C ends the building of assets, and leaves nothing half made."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import ROOT
from .test_assets import CACHE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

BUILD = """
import sys
from pathlib import Path
from wslab.site.live.assets import build_assets

build_assets(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_ctrl_c_leaves_what_was_fetched_and_nothing_half_made(tmp_path):
    (CACHE / "fetched").mkdir(parents=True, exist_ok=True)
    kept = tmp_path / "fetched"
    kept.mkdir()
    for whole in filter(Path.is_file, (CACHE / "fetched").iterdir()):
        os.link(whole, kept / whole.name)  # not what another test is just fetching
    command = [sys.executable, "-c", BUILD, str(ROOT), str(tmp_path)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as building:
        assert building.stderr
        for line in building.stderr:
            if "compiling" in line:
                break
        os.killpg(building.pid, signal.SIGINT)
        said = building.stderr.read()
    assert building.returncode != 0
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert [
        it for it in tmp_path.rglob("*") if it.is_file() and kept not in it.parents
    ] == []
    assert [it.name for it in kept.iterdir() if it.is_dir()] == []
    assert not list((tmp_path / "trees").iterdir())
