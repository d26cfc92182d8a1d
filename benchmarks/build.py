"""What a build costs: all chapters executed, and nothing changed.

A clean build of the site is compared with the same notebooks built by mkdocs-jupyter as
it comes, with `execute: true`; a build in which nothing changed with the clean one.
Wall-clock time, since the point is to use all cores while the chapters wait.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ratios import Bar, alternate, ratio, report, verdict

ROOT = Path(__file__).parents[1]
ROUNDS = 3
STOCK = """\
site_name: stock
docs_dir: notebooks
theme: material
plugins:
  - search
  - mkdocs-jupyter:
      execute: true
"""
OURS = """\
INHERIT: {root}/mkdocs.yml
nav: [index.md, {{Chapters: chapters/}}]
not_in_nav: "*.md"
"""
# Written at the start of each Python process, as the environment says where.
COUNTING = """\
import os, sys
if "ipykernel_launcher" in sys.orig_argv:
    with open(os.environ["KERNELS"], "a") as log:
        print(os.getpid(), file=log)
"""


class Project:
    """A copy of the project in which builds are timed and their kernels counted."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.kernels = directory / "kernels"
        (directory / "counting").mkdir(parents=True)
        (directory / "counting" / "sitecustomize.py").write_text(COUNTING)
        shutil.copytree(ROOT / "notebooks", directory / "notebooks", ignore=IGNORED)
        shutil.copytree(ROOT / "site_src", directory / "site_src", ignore=ATLAS)
        (directory / "site_src" / "atlas").mkdir(exist_ok=True)
        for page in ("index.md", "history.md"):  # of those that the atlas would have
            (directory / "site_src" / "atlas" / page).write_text("# The atlas\n")
        shutil.copy(ROOT / "requirements.lock", directory)
        (directory / "mkdocs.yml").write_text(OURS.format(root=ROOT))
        shutil.copytree(ROOT / "src", directory / "src", ignore=IGNORED)
        (directory / "notebooks" / "index.md").write_text("# Home\n")
        (directory / "stock.yml").write_text(STOCK)

    def run(self, *arguments: str) -> float:
        """Run a command; its seconds. Ends this program if it fails."""
        self.kernels.write_text("")
        environment = {
            **os.environ,
            "PYTHONPATH": f"{self.directory / 'counting'}:{self.directory / 'src'}",
            "KERNELS": str(self.kernels),
            "NO_MKDOCS_2_WARNING": "1",
            "ATLAS_PAGES": "false",
            "LIVE_ASSETS": "false",
        }
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.directory,
            env=environment,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - begin
        if done.returncode:
            sys.exit(f"{' '.join(arguments)} failed:\n{done.stderr}")
        return seconds

    def started(self) -> int:
        """How many kernels the last command started."""
        return len(self.kernels.read_text().splitlines())


ATLAS = shutil.ignore_patterns("check-a-server.md", "atlas.md")
IGNORED = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")


def contenders(project: Project) -> dict[str, Callable[[], float]]:
    """The builds to compare; `unchanged` always comes after a clean one."""

    def stock() -> float:
        return project.run("mkdocs", "build", "--config-file", "stock.yml")

    def clean() -> float:
        shutil.rmtree(project.directory / ".cache", ignore_errors=True)
        return project.run("wslab.cli", "build")

    def unchanged() -> float:
        project.run("wslab.cli", "build")
        seconds = project.run("wslab.cli", "build")
        if count := project.started():
            sys.exit(f"MISSED: {count} kernels started where nothing changed")
        return seconds

    return {"stock": stock, "clean": clean, "unchanged": unchanged}


def main() -> None:
    """Measure and print the ratios."""
    with tempfile.TemporaryDirectory() as directory:
        project = Project(Path(directory, "project"))
        figures = alternate(contenders(project), ROUNDS)
    bars = [Bar("clean", "stock", 0.5), Bar("unchanged", "clean", 0.35)]
    number = len(list((ROOT / "notebooks").glob("*.ipynb")))
    report(f"Build of {number} chapters", figures, "stock", "s", 1, bars[:1])
    verdict("unchanged of clean", ratio(figures, "unchanged", "clean"), bars[1])
    print("  met: 0 kernels started where nothing changed")


if __name__ == "__main__":
    main()
