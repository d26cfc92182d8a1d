"""Python files run in Pyodide, in Node."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from wslab.site.live.node import Node
from wslab.site.live.unavailable import Unavailable

_INTERPRETER = Path(__file__).with_name("interpreter")


def run_in_pyodide(
    node: Node, pyodide: Path, file: str, folder: Path, arguments: Sequence[str]
) -> str:
    """Run a file of `interpreter/` in Pyodide; return what it prints.

    Args:
        node: what Pyodide runs in.
        pyodide: the folder of `pyodide.mjs`.
        file: the name of the file.
        folder: which it sees as /work.
        arguments: its arguments.

    Raises:
        Unavailable: it failed.
    """
    script = str(_INTERPRETER / "run.mjs")
    command = [*node.node, script, str(pyodide), str(folder)]
    run = subprocess.run(
        [*command, str(_INTERPRETER / file), *arguments],
        capture_output=True,
        text=True,
    )
    if run.returncode:
        said = (run.stderr.strip() or f"exit {run.returncode}").splitlines()[-1]
        raise Unavailable(f"{file} failed in Pyodide: {said}")
    return run.stdout
