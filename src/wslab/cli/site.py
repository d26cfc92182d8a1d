"""What the subcommands of `wslab` do."""

import argparse
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat

from wslab.site.execution.cache import Cache
from wslab.site.execution.failure import ExecutionError
from wslab.site.execution.queue import execute_all
from wslab.site.new_chapter import create_chapter
from wslab.site.notebooks import (
    NotebookError,
    find_notebooks,
    find_root,
    read_notebook,
)
from wslab.site.pages.downloads import applications

NOTEBOOKS = "notebooks"
CACHE = Path(".cache", "notebooks")
PORT = 8000


def run(options: argparse.Namespace) -> int:
    """Run a subcommand; what goes wrong is explained on standard error."""
    command: Callable[[argparse.Namespace], int] = COMMANDS[options.command]
    try:
        return command(options)
    except ExecutionError as error:
        text = error.explain(colour=sys.stderr.isatty())
        print(f"\n{text}", file=sys.stderr)
    except NotebookError as error:
        print(f"wslab: {error}", file=sys.stderr)
    return 1


def execute(options: argparse.Namespace) -> int:
    """Execute notebooks; those of the project with its cache."""
    paths = [path.resolve() for path in options.notebooks] or chapters()
    root = paths[0].parent.parent
    ours = (root / "mkdocs.yml").is_file() and len({it.parent for it in paths}) == 1
    cache = Cache(root / CACHE) if ours and not options.no_cache else None
    done = execute_all(paths, cache=cache, jobs=options.jobs, timeout=options.timeout)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        for it in done:
            path = options.output / it.path.name
            nbformat.write(it.notebook, path)  # type: ignore[no-untyped-call]
    return 0


def build(options: argparse.Namespace) -> int:
    """Build the site; a warning fails it."""
    arguments = ["build", "--strict", "--config-file", str(configuration())]
    if options.site_dir:
        arguments += ["--site-dir", str(options.site_dir.resolve())]
    return mkdocs(arguments)


def serve(options: argparse.Namespace) -> int:
    """Serve the site until Ctrl-C."""
    file = str(configuration())
    port = free_port(options.port) if options.port else free_port(PORT, 0)
    print(f"the site will be on http://127.0.0.1:{port}/", file=sys.stderr)
    address = ["--dev-addr", f"127.0.0.1:{port}"]
    # Without --livereload, mkdocs 1.6 under click 8.3 and later watches nothing.
    return mkdocs(["serve", "--livereload", "--config-file", file, *address])


def new(options: argparse.Namespace) -> int:
    """Write the notebook of a new chapter."""
    path = create_chapter(find_root() / NOTEBOOKS, options.name)
    print(f"{path.relative_to(find_root())}: open it with `make lab`")
    return 0


def apps(options: argparse.Namespace) -> int:
    """Write the applications of notebooks as files."""
    options.directory.mkdir(parents=True, exist_ok=True)
    for path in options.notebooks or chapters():
        try:
            found = applications(read_notebook(path))
        except NotebookError as error:
            raise NotebookError(f"{path}: {error}") from None
        for name, text in found.items():
            (options.directory / name).write_text(text, encoding="utf-8")
            print(options.directory / name)
    return 0


COMMANDS = {
    "execute": execute,
    "build": build,
    "serve": serve,
    "new": new,
    "apps": apps,
}


def chapters() -> list[Path]:
    """The project's notebooks; raises NotebookError where there are none."""
    directory = find_root() / NOTEBOOKS
    if found := find_notebooks(directory):
        return found
    raise NotebookError(f"no notebooks in {directory}")


def configuration() -> Path:
    """The project's mkdocs.yml."""
    return find_root() / "mkdocs.yml"


def mkdocs(arguments: list[str]) -> int:
    """Run mkdocs' own command in this process; returns its exit status."""
    import click
    from mkdocs.__main__ import cli

    try:
        cli.main(arguments, prog_name="wslab", standalone_mode=False)
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SystemExit as end:  # mkdocs' own way to abort, once it has said why
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return int(bool(end.code))
    return 0


def free_port(*wanted: int) -> int:
    """The first of the wanted ports that is free; says so where one is taken.

    Raises NotebookError if none is. Port 0 stands for any that is free.
    """
    for port in wanted:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                print(f"port {port} is taken", file=sys.stderr)
            else:
                return int(probe.getsockname()[1])
    raise NotebookError("choose another port with --port, or leave it out")
