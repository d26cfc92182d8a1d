"""Start a chapter from a notebook that runs and keeps the style."""

import re
from pathlib import Path

from wslab.site.notebooks import NotebookError

NAME = re.compile(r"[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*")
SKELETON = Path(__file__).with_suffix(".ipynb")
NEXT_STEPS = """
next:
  wslab execute {path}   it runs as it is
  make lab                    open it, and say in it what is true and for whom
  make serve                  see its page, which follows every saved file
A cell that is tagged app:NAME.py is offered for download. `make test` starts that
application and connects to it once. What it promises beyond that, write down in
a module of tests/notebooks/conversations/, in a coroutine function called NAME."""

TITLE, APPLICATION = "A new chapter", "APPLICATION"


def create_chapter(directory: Path, name: str) -> Path:
    """Write the notebook `NN-name.ipynb`; its cells have ids that say what they are.

    Raises:
        NotebookError: the name is no chapter's, or is taken.
    """
    if not NAME.fullmatch(name):
        raise NotebookError(f"{name!r} is not of the form 12-a-name")
    path = directory / f"{name}.ipynb"
    if path.exists():
        raise NotebookError(f"{path} exists")
    title = name[3:].replace("-", " ").capitalize()
    text = SKELETON.read_text(encoding="utf-8").replace(TITLE, title)
    module = name[3:].replace("-", "_")
    path.write_text(text.replace(APPLICATION, module), encoding="utf-8")
    return path
