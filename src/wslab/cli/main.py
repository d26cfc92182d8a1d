"""The `wslab` command."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

DESCRIPTION = """\
Execute the notebooks, make the site out of them, and serve it.

The command works on the project whose mkdocs.yml is in this directory or above it.
Notebooks run in kernels of this Python, against real servers on 127.0.0.1.
"""

EPILOG = """\
examples:
  wslab serve                              write: the site follows every saved file
  wslab execute notebooks/03-closing.ipynb is this chapter still true?
  wslab build                              all chapters, links checked, into site/
  wslab new 12-binary-frames               start a chapter

exit status: 0 all is well; 1 a notebook failed or the site is not sound, and the
message says in which file and cell; 2 a wrong argument; 130 Ctrl-C
"""

EXECUTE = """\
Execute notebooks (all in notebooks/ unless named), in parallel, and fail if a cell
raises where it is not tagged raises-exception, if it does not raise where it is, if it
takes too long, or if a server, task, thread or process is left after the last cell.
Notebooks of the project whose outputs are still true are not executed again.
"""

SERVE = """\
Build the site, serve it on 127.0.0.1 and build it again when a notebook, a page or a
module changes. Only what the change touches is executed. Ctrl-C ends it.
"""

APPS = """\
Write the complete applications of the chapters (the cells tagged app:NAME.py) into a
directory. Each runs with `uvicorn NAME:app` there.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = parser().parse_args(arguments)
    # jsonschema, which nbformat imports, takes this for optional and needs 3 s for it.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        # Imported for what needs it: --help and a wrong argument answer at once.
        from wslab.cli import site
    except ImportError as error:
        print(f"wslab: {error}; pip install 'wslab[site]'", file=sys.stderr)
        return 1
    try:
        return site.run(options)
    except KeyboardInterrupt:
        print("interrupted; every kernel is stopped", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The command's arguments, with a `command` that names the subcommand."""
    top = argparse.ArgumentParser(
        prog="wslab",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, help: str, description: str = "") -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=description or help)

    execute = add("execute", "execute notebooks, and nothing else", EXECUTE)
    add_notebooks(execute)
    add_limits(execute)
    execute.add_argument("--output", type=Path, metavar="DIR", help=OUTPUT)

    build = add("build", "execute what changed, and build the site, strictly")
    build.add_argument("--site-dir", type=Path, metavar="DIR", help=SITE_DIR)

    serve = add("serve", "serve the site and follow every change", SERVE)
    serve.add_argument("--port", type=int, metavar="N", help=PORT)

    new = add("new", "start a chapter: a notebook that runs")
    new.add_argument("name", metavar="NUMBER-NAME", help="as in 12-binary-frames")

    apps = add("apps", "write the chapters' applications as files", APPS)
    apps.add_argument("directory", type=Path, metavar="DIR", help="made if missing")
    add_notebooks(apps)
    return top


OUTPUT = "write the notebooks with their outputs here"
SITE_DIR = "where to build it (default: site/ in the project)"
PORT = "take this port or fail (default: 8000, or a free one)"
TIMEOUT = "the seconds that one cell may take (default: 60)"


def add_notebooks(command: argparse.ArgumentParser) -> None:
    """Let a subcommand take notebooks."""
    command.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")


def add_limits(command: argparse.ArgumentParser) -> None:
    """Let a subcommand that executes be told how."""
    command.add_argument("--jobs", type=int, metavar="N", help="kernels at a time")
    command.add_argument("--timeout", type=float, metavar="S", default=60, help=TIMEOUT)
    command.add_argument("--no-cache", action="store_true", help="execute it anyway")
