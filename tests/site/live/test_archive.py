"""An archive is a function of its contents; what is compiled lies where it is found."""

import io
import os
import py_compile
import re
import tarfile
import zipfile

import pytest

from wslab.site.live.archive import as_tar, as_zip


@pytest.fixture
def tree(tmp_path):
    package = tmp_path / "tree" / "package"
    package.mkdir(parents=True)
    for name in ("b", "a"):
        path = package / f"{name}.py"
        path.write_text(f"{name} = 1\n")
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(path), invalidation_mode=mode)
    (package / "data.txt").write_text("data")
    return tmp_path / "tree"


def without_tag(name):
    """Return a name without the version that a module in it was compiled for."""
    return re.sub(r"\.[^.]+\.pyc$", ".TAG.pyc", name)


def test_the_same_contents_are_the_same_bytes(tree):
    first = as_zip(tree, lambda _: True), as_tar([tree], lambda _: True)
    for path in tree.rglob("*"):
        os.utime(path, (1, 1))
    assert (as_zip(tree, lambda _: True), as_tar([tree], lambda _: True)) == first


def test_what_is_to_be_unpacked_has_the_compiled_in_the_cache_of_its_folder(tree):
    content = as_tar([tree], lambda it: it.stem == "a")
    with tarfile.open(fileobj=io.BytesIO(content)) as file:
        assert [without_tag(it) for it in file.getnames()] == [
            "package/a.py",
            "package/__pycache__/a.TAG.pyc",
            "package/b.py",
            "package/data.txt",
        ]
        assert file.extractfile("package/data.txt").read() == b"data"


def test_what_is_imported_from_as_it_is_has_them_beside_their_sources(tree):
    content = as_zip(tree, lambda it: it.stem == "b")
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.namelist() == [
            "package/a.py",
            "package/b.py",
            "package/b.pyc",
            "package/data.txt",
        ]
        assert file.read("package/data.txt") == b"data"
