"""What a page's Python needs: whole, small, reproducible, and it starts."""

import gzip
import json
import os
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from wslab.site.live.assets import Assets, build_assets
from wslab.site.live.bundles import BUNDLES
from wslab.site.live.node import find_node

from ...conftest import FIFTH
from ..conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CACHE = ROOT / ".cache" / "live"
FIRST_VISIT = 9.5e6  # bytes, as a static host sends them
START = Path(__file__).with_name("start.mjs")


@pytest.fixture(scope="module")
def assets() -> Assets:
    return build_assets(ROOT, CACHE)


@pytest.fixture(scope="module")
def manifest(assets):
    return json.loads((assets.folder / assets.manifest).read_text())


class Python:
    """Pyodide in Node, started from the assets."""

    def __init__(self, assets: Assets) -> None:
        command = [*find_node().node, START, assets.folder, assets.manifest]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, asked):
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        said = json.loads(self.process.stdout.readline())
        assert "error" not in said, said["error"]
        return said["result"]

    def run(self, code):
        return self.ask({"run": code})


@pytest.fixture(scope="module")
def python(assets):
    """With the core, as every page has it."""
    python = Python(assets)
    python.ask("core")
    yield python
    python.process.stdin.close()
    python.process.stdout.close()
    assert python.process.wait(60) == 0


def named(manifest):
    return [*manifest["files"].values(), *manifest["bundles"].values()]


def test_the_manifest_says_of_each_file_what_it_is(assets, manifest):
    files = dict(assets.files())
    assert {it["file"] for it in named(manifest)} | {assets.manifest} == files.keys()
    for it in named(manifest):
        content = files[it["file"]].read_bytes()
        digest = b64encode(sha256(content).digest()).decode()
        assert (it["size"], it["sha256"]) == (len(content), f"sha256-{digest}")


def test_a_name_has_a_part_of_the_hash(assets, manifest):
    for name, path in assets.files():
        if not name.startswith(manifest["pyodide"]):
            _, part, _ = path.name.rsplit(".", 2)
            whole = sha256(sha256(path.read_bytes()).digest()).hexdigest()
            assert whole.startswith(part), name


def test_a_first_visit_is_small(assets, manifest):
    first = [*manifest["files"].values(), manifest["bundles"]["core"]]
    paths = [assets.folder / it["file"] for it in first]
    sent = sum(
        path.stat().st_size
        if path.suffix in (".zip", ".tgz")
        else len(gzip.compress(path.read_bytes(), 6))
        for path in paths
    )
    assert sent <= FIRST_VISIT


@pytest.mark.skipif(FIFTH not in ("all", "0"), reason="it is run each fifth day")
def test_what_was_fetched_makes_the_same_bytes_again(assets, tmp_path):
    shutil.copytree(CACHE / "fetched", tmp_path / "fetched", copy_function=os.link)
    again = build_assets(ROOT, tmp_path)
    assert again.manifest == assets.manifest
    for (name, path), (other, copy) in zip(assets.files(), again.files(), strict=True):
        assert name == other
        assert path.read_bytes() == copy.read_bytes()


def test_what_a_page_starts_with_is_compiled(python):
    python.run("import uvicorn, wslab.lab, websockets.asyncio.client")
    uncompiled = python.run(
        "import json, sys\n"
        "spec = lambda it: getattr(it, '__spec__', None)\n"
        "json.dumps([name for name, it in sys.modules.items() if spec(it)\n"
        "    and (spec(it).origin or '').endswith('.py') and not spec(it).cached])"
    )
    assert json.loads(uncompiled) == []


def test_a_traceback_shows_the_lines_of_what_is_compiled(python):
    shown = python.run(
        "import asyncio, traceback, uvicorn.importer\n"
        "def shown(call):\n"
        "    try: call()\n"
        "    except Exception: return traceback.format_exc()\n"
        "shown(lambda: asyncio.Queue().get_nowait())"
        " + shown(lambda: uvicorn.importer.import_from_string('no:app'))"
    )
    assert "    raise QueueEmpty\n" in shown
    assert "    module = importlib.import_module(module_str)\n" in shown


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda it: it.name)
def test_a_bundle_has_what_it_is_named_for(python, bundle):
    packages = {module.partition(".")[0] for module in bundle.imports}
    # `fastapi.testclient` is in another bundle, and needs something of this one.
    asked = [it for it in BUNDLES if it is bundle or packages & set(it.imports)]
    for name in (name for it in asked for name in (*it.needs, it.name)):
        python.ask(name)
    for module in bundle.imports:
        python.run(f"import {module}")
