"""An archive is a function of its contents; what is compiled lies where it is found."""

import io
import os
import py_compile
import zipfile

import pytest

from wslab.site.live.archive import archive


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


def names(content):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return [name.replace(file_tag(name), "TAG") for name in file.namelist()]


def file_tag(name):
    return (
        name.split(".")[1] if name.endswith(".pyc") and name.count(".") == 2 else "\0"
    )


def test_the_same_contents_are_the_same_bytes(tree):
    first = archive([tree], lambda _: True)
    for path in tree.rglob("*"):
        os.utime(path, (1, 1))
    assert archive([tree], lambda _: True) == first


def test_what_is_compiled_lies_in_the_cache_of_its_folder(tree):
    assert names(archive([tree], lambda it: it.stem == "a")) == [
        "package/a.py",
        "package/__pycache__/a.TAG.pyc",
        "package/b.py",
        "package/data.txt",
    ]


def test_or_beside_its_source(tree):
    assert names(archive([tree], lambda it: it.stem == "b", beside=True)) == [
        "package/a.py",
        "package/b.py",
        "package/b.pyc",
        "package/data.txt",
    ]
