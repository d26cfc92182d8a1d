"""Where the site says that its source is: told, or git's origin, or in words."""

import re
import subprocess
from html import unescape
from pathlib import Path

import pytest

from wslab.site.repository import origin

from .conftest import ROOT, Write

INSTALL = (
    (ROOT / "site_src" / "install.md")
    .read_text()
    .replace("reference/application.md", "index.md")
)
FORGE = "https://forge.example/wslab/wslab"


def git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", directory, *arguments], check=True)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"{FORGE}.git", FORGE),
        ("http://forge.example/wslab/wslab/", FORGE),
        ("https://me:secret@forge.example/wslab/wslab?token=secret#secret", FORGE),
        ("https://me:secret@forge.example:8443/a", "https://forge.example:8443/a"),
        ("git@forge.example:wslab/wslab.git", FORGE),
        ("forge.example:/wslab/wslab", FORGE),
        ("ssh://git@forge.example:2222/wslab/wslab.git", FORGE),
        ("http://forge.example:8080/a", None),
        ("https://forge.example", None),
        ("https://forge.example:port/a", None),
        ("https://localhost/a", None),
        ("https://forge.local/a", None),
        ("git@forge:a", None),
        ("https://127.0.0.1/a", None),
        ("ssh://git@10.1.2.3/a", None),
        ("https://[fe80::1]/a", None),
        ("file:///home/me/a", None),
        ("/home/me/a", None),
        ("../a", None),
        ("C:/a", None),
        ("a.helper::https://me:secret@forge.example/a", None),
        ("https://[2606:4700::1111]/a", None),
    ],
)
def test_an_origin(address: str, shown: str | None, tmp_path: Path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", address)
    assert origin(tmp_path) == shown


def test_without_an_origin_and_without_a_repository(tmp_path: Path):
    assert origin(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert origin(tmp_path) is None


@pytest.mark.parametrize(
    ("told", "from_git", "shown"),
    [
        (FORGE, "https://elsewhere.example/a", FORGE),
        ("https://me:secret@forge.example/wslab/wslab", "", FORGE),
        (None, "https://me:secret@forge.example/wslab/wslab.git", FORGE),
        (None, "/home/me/secret", None),
    ],
)
def test_how_the_page_says_to_install(
    told: str | None,
    from_git: str,
    shown: str | None,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.delenv("REPO_URL", raising=False)
    if told:
        monkeypatch.setenv("REPO_URL", told)
    project = write({}, INSTALL)
    git(project.directory, "init", "-q")
    if from_git:
        git(project.directory, "remote", "add", "origin", from_git)
    built = project.build()
    assert built.returncode == 0, built.stderr
    html = project.html("")
    text = unescape(re.sub(r"<[^>]*>", "", html))
    for part in (f'"wslab[notebooks] @ git+{FORGE}"', f"git clone {FORGE} wslab"):
        assert (part in text) is bool(shown), part
    assert (f'href="{FORGE}"' in html) is bool(shown)
    assert ('pip install ".[notebooks]"' in text) is not bool(shown)
    assert "make serve" in text
    assert "secret" not in html
    assert "{%" not in html
