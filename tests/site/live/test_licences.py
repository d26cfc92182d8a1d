"""The page of licences lists all that is bundled, as each says itself."""

import json
import re
import zipfile

import pytest

from wslab.site.live.assets import build_assets
from wslab.site.live.bundles import PYODIDE, distributions
from wslab.site.live.licences import (
    LICENCES,
    Licence,
    files,
    of_package,
    of_wheel,
    page,
    read_licences,
)
from wslab.site.live.pins import package, pins

from ..conftest import ROOT

METADATA = """\
Metadata-Version: 2.4
Name: a-package
Version: 1.2
{licence}
Project-URL: Source, https://example.org/a

What it does, License: none
"""


def wheel(path, licence):
    with zipfile.ZipFile(path / "a.whl", "w") as file:
        file.writestr("a_package/licenses/x.py", "")
        file.writestr("a-1.2.dist-info/METADATA", METADATA.format(licence=licence))
        file.writestr("a-1.2.dist-info/licenses/LICENSE", "Do what <you> like.")
    return path / "a.whl"


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ("License-Expression: MIT", "MIT"),
        ("Classifier: License :: OSI Approved :: BSD License", "BSD License"),
        ("License: ISC", "ISC"),
        ("Summary: nothing", "unknown"),
    ],
)
def test_a_wheel_s_own_metadata_say_its_licence(tmp_path, said, licence):
    found = of_wheel(wheel(tmp_path, said))
    texts = ["Do what <you> like."]
    assert found == Licence("a-package", "1.2", licence, "https://example.org/a", texts)


def test_a_package_of_npm_says_its_own(tmp_path):
    said = {
        "name": "p",
        "version": "3",
        "license": "MPL-2.0",
        "repository": {"url": "git+https://example.org/p.git"},
    }
    (tmp_path / "package.json").write_text(json.dumps(said))
    assert of_package(tmp_path) == Licence("p", "3", "MPL-2.0", "https://example.org/p")


def test_a_text_is_a_file_of_its_own():
    licence = Licence("@a/b", "1", "MIT", texts=["Do what <you> like.\n", "Or not."])
    assert "| [MIT](licences/a-b.txt) |" in page([licence], [])
    assert dict(files([licence])) == {
        "licences/a-b.txt": "Do what <you> like.\n\n\nOr not.\n"
    }


def test_the_scripts_of_the_site_say_what_is_in_them():
    found = read_licences(ROOT / "site_src/scripts/licences.json")
    listed = {it.name: it.version for it in found}
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text())["packages"]
    locked = {name: lock[f"node_modules/{name}"]["version"] for name in listed}
    assert listed == locked
    sources = (ROOT / "frontend/src").rglob("*.ts")
    ours = [it.read_text() for it in sources if not it.name.endswith(".test.ts")]
    imported = re.findall(r'from "((?:@[\w-]+/)?[\w-]+)', "".join(ours))
    assert {"@codemirror/view", "nanotar"} <= set(imported) <= set(listed)
    assert all(it.texts for it in found)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_all_that_runs_cells_is_listed_at_the_version_that_is_pinned():
    assets = build_assets(ROOT, ROOT / ".cache" / "live")
    found = read_licences(assets.trees / LICENCES)
    listed = {it.name.lower().replace("_", "-"): it.version for it in found}
    pinned = {it.name: it.version for it in pins(ROOT, distributions())}
    assert listed == pinned | {PYODIDE: package(ROOT, PYODIDE).version}
    assert "unknown" not in {it.licence for it in found}


@pytest.mark.slow
def test_the_site_s_page_has_all_and_every_foot_leads_there(own_site):
    folder = own_site / "licences"
    html = (folder / "index.html").read_text()
    listed = set(re.findall(r"<td>(?:<a [^>]*>)?([\w@/.-]+)(?:</a>)?</td>", html))
    normal = {it.lower().replace("_", "-") for it in listed}
    assert {"pyodide", "@codemirror/view", *distributions()} <= normal
    texts = [(folder / it).read_text() for it in re.findall(r'"([\w.-]+\.txt)"', html)]
    assert any("Marijn Haverbeke" in it for it in texts)
    assert (
        'href="../../licences/"' in (own_site / "chapters/echo/index.html").read_text()
    )
