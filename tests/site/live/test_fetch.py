"""What is there already is not fetched; what cannot be had is said in one line."""

import shutil
import zipfile
from base64 import b64encode
from hashlib import sha256, sha512

import pytest

from wslab.site.live.fetch import fetch_package, fetch_wheels
from wslab.site.live.node import find_node
from wslab.site.live.pins import Package, Pin, package
from wslab.site.live.unavailable import Unavailable

from ..conftest import ROOT


def integrity(content):
    return f"sha512-{b64encode(sha512(content).digest()).decode()}"


@pytest.fixture
def offline(monkeypatch):
    """npm and pip without a registry: one that refuses connections, and none."""
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")


def test_a_package_that_is_kept_is_not_fetched(tmp_path, offline):
    (tmp_path / "pyodide-1.tgz").write_bytes(b"archive")
    kept = Package("pyodide", "1", integrity(b"archive"))
    found = fetch_package(kept, tmp_path, find_node())
    assert found == tmp_path / "pyodide-1.tgz"


def test_a_damaged_one_is(tmp_path, offline):
    (tmp_path / "pyodide-1.tgz").write_bytes(b"arch")
    kept = Package("pyodide", "1", integrity(b"archive"))
    with pytest.raises(Unavailable, match=r"^npm: npm error code ECONNREFUSED$"):
        fetch_package(kept, tmp_path, find_node())
    assert [it.name for it in tmp_path.iterdir()] == ["pyodide-1.tgz"]


@pytest.mark.slow
def test_what_npm_brings_must_be_what_is_pinned(tmp_path):
    real = package(ROOT, "crelt")
    other = Package(real.name, real.version, integrity(b"another"))
    with pytest.raises(Unavailable, match="is not what the lock file pins"):
        fetch_package(other, tmp_path, find_node())
    assert list(tmp_path.iterdir()) == []
    assert fetch_package(real, tmp_path, find_node()).is_file()


def test_wheels_that_are_kept_are_not_fetched(tmp_path, offline):
    for name in ("b", "a"):
        (tmp_path / f"{name}-1-py3-none-any.whl").write_bytes(name.encode())
    wanted = [
        Pin(name, "1", ("0" * 64, sha256(name.encode()).hexdigest())) for name in "ab"
    ]
    found = fetch_wheels(wanted, tmp_path, "3.14", ["any"])
    assert [it.name[0] for it in found] == ["a", "b"]


def test_a_wheel_of_another_hash_is_refused(tmp_path, offline, monkeypatch):
    # pip finds what it is told of here, and no index.
    links = tmp_path / "links"
    links.mkdir()
    shutil.copy(_wheel(tmp_path), links)
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    wanted = [Pin("a", "1", ("0" * 64,))]
    with pytest.raises(Unavailable, match=r"^pip: ERROR: "):
        fetch_wheels(wanted, tmp_path / "kept", "3.14", ["any"])
    assert list((tmp_path / "kept").iterdir()) == []


def _wheel(directory):
    path = directory / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.py", "")
        head = "Metadata-Version: 2.1\nName: a\nVersion: 1\n"
        file.writestr("a-1.dist-info/METADATA", head)
        kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        file.writestr("a-1.dist-info/WHEEL", kind)
        file.writestr("a-1.dist-info/RECORD", "")
    return path
