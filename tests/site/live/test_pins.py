"""What is fetched is what the project's lock files pin."""

import re
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wslab.site.live.bundles import BUNDLES, CORE, PYODIDE, distributions
from wslab.site.live.pins import package, pins
from wslab.site.live.unavailable import Unavailable

from ..conftest import ROOT

LOCK = """\
click==8.5.1 ; python_version >= '3.11' \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
click-more==1.0 \\
    --hash=sha256:{b}
""".format(a="a" * 64, b="b" * 64)


def test_a_pin_has_the_version_and_the_hashes_of_the_lock(tmp_path):
    (tmp_path / "requirements.lock").write_text(LOCK)
    (click,) = pins(tmp_path, ["click"])
    assert (click.version, click.hashes) == ("8.5.1", ("a" * 64, "b" * 64))
    assert click.requirement().split(" \\\n    ") == [
        "click==8.5.1",
        f"--hash=sha256:{'a' * 64}",
        f"--hash=sha256:{'b' * 64}",
    ]


def test_what_is_not_pinned_is_named(tmp_path):
    (tmp_path / "requirements.lock").write_text(LOCK)
    with pytest.raises(Unavailable, match=r"requirements\.lock does not pin h11"):
        pins(tmp_path, ["h11"])
    with pytest.raises(Unavailable, match=r"package-lock\.json: No such file"):
        package(tmp_path, PYODIDE)


def test_the_project_pins_all_that_its_pages_load():
    found = pins(ROOT, distributions())
    assert [it.name for it in found] == list(distributions())
    assert all(it.hashes for it in found)
    assert re.fullmatch("sha512-[A-Za-z0-9+/]{86}==", package(ROOT, PYODIDE).integrity)


def test_bundles_need_only_bundles():
    names = {it.name for it in BUNDLES}
    assert {needed for it in BUNDLES for needed in it.needs} <= names


def carried(name: str) -> set[str]:
    """The distributions that are there once a bundle is loaded."""
    bundle = next(it for it in BUNDLES if it.name == name)
    own = {canonicalize_name(it) for it in bundle.distributions}
    return own.union(*map(carried, bundle.needs))


@pytest.mark.parametrize(
    "bundle", [it for it in BUNDLES if it.name != CORE], ids=lambda it: it.name
)
def test_a_bundle_has_what_its_distributions_require(bundle):
    """Core has less: what of IPython a page needs."""
    there = carried(CORE) | carried(bundle.name)
    version = {"python_version": "3.14", "python_full_version": "3.14.2"}
    page = {**version, "sys_platform": "emscripten", "extra": ""}
    wanted = {
        canonicalize_name(it.name)
        for name in bundle.distributions
        for it in map(Requirement, requires(name) or [])
        if it.marker is None or it.marker.evaluate(page)
    }
    assert wanted <= there
