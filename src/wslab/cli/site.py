"""What the subcommands of `wslab` do with the site and its notebooks."""

import argparse
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat

from wslab.site.execution.cache import Cache
from wslab.site.execution.failure import ExecutionError
from wslab.site.execution.queue import execute_all
from wslab.site.new_chapter import NEXT_STEPS, create_chapter
from wslab.site.notebooks import NotebookError, check_tags, read_notebook
from wslab.site.pages.downloads import applications
from wslab.site.project import Project

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
    paths = [path.resolve() for path in options.notebooks]
    project = _project_of(paths)
    paths = paths or Project.find().chapters()
    if options.output:
        _check_names(paths)
        _make_directory(options.output)
        for path in paths:
            _check_writable(options.output / path.name)
    for path in paths if project else ():
        check_tags(path, read_notebook(path))
    cache = Cache(project) if project and not options.no_cache else None
    done = execute_all(paths, cache=cache, jobs=options.jobs, timeout=options.timeout)
    for it in done if options.output else ():
        path = options.output / it.path.name
        with _explained(path):
            nbformat.write(it.notebook, path)  # type: ignore[no-untyped-call]
    return 0


def _project_of(paths: Sequence[Path]) -> Project | None:
    """Return the project whose chapters are meant; None for other notebooks."""
    if not paths:
        return Project.find()
    try:
        project = Project.find(paths[0].parent)
    except NotebookError:
        return None
    return project if {it.parent for it in paths} == {project.notebooks} else None


def _check_names(paths: Sequence[Path]) -> None:
    """Raise NotebookError if one notebook would be written over another."""
    name, number = Counter(path.name for path in paths).most_common(1)[0]
    if number > 1:
        raise NotebookError(f"{number} notebooks are named {name}: --output keeps one")


def _make_directory(path: Path) -> None:
    with _explained(path):
        path.mkdir(parents=True, exist_ok=True)


def _check_writable(path: Path) -> None:
    """Raise NotebookError if no file can be written here."""
    if path.is_dir():
        raise NotebookError(f"{path}: a directory, not a file")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise NotebookError(f"{path}: it may not be written")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn an error of the file system into one sentence."""
    try:
        yield
    except FileExistsError:
        raise NotebookError(f"{path}: a file, not a directory") from None
    except OSError as error:
        raise NotebookError(f"{path}: {error.strerror}") from None


def build(options: argparse.Namespace) -> int:
    """Build the site; a warning fails it."""
    arguments = [
        "build",
        "--strict",
        "--config-file",
        str(Project.find().configuration),
    ]
    if options.site_dir:
        _make_directory(options.site_dir)
        arguments += ["--site-dir", str(options.site_dir.resolve())]
    return _mkdocs(arguments)


def serve(options: argparse.Namespace) -> int:
    """Serve the site until Ctrl-C."""
    file = str(Project.find().configuration)
    port = _free_port(options.port) if options.port else _free_port(PORT, 0)
    print(f"the site will be on http://127.0.0.1:{port}/", file=sys.stderr)
    address = ["--dev-addr", f"127.0.0.1:{port}"]
    # Without --livereload, mkdocs 1.6 under click 8.3 and later watches nothing.
    return _mkdocs(["serve", "--livereload", "--config-file", file, *address])


def new(options: argparse.Namespace) -> int:
    """Write the notebook of a new chapter, and say what to do with it."""
    project = Project.find()
    path = create_chapter(project.notebooks, options.name)
    print(path.relative_to(project.root))
    print(NEXT_STEPS.format(path=path.relative_to(project.root)))
    return 0


def apps(options: argparse.Namespace) -> int:
    """Write the applications of notebooks as files."""
    paths = options.notebooks or Project.find().chapters()
    _make_directory(options.directory)
    for path in paths:
        try:
            found = applications(read_notebook(path))
        except NotebookError as error:
            # What cannot be read names its file itself.
            named = str(error).startswith(str(path))
            raise NotebookError(str(error) if named else f"{path}: {error}") from None
        for name, text in found.items():
            with _explained(options.directory / name):
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


def _mkdocs(arguments: list[str]) -> int:
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


def _free_port(*wanted: int) -> int:
    """Return the first of the wanted ports that is free; say so where one is taken.

    Port 0 stands for any that is free. Raises NotebookError if none is.
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
