"""The `wslab` command."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from wslab.cli.termination import sigterm_interrupts
from wslab.cli.trace import options as trace_options

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
message says in which file and cell; 2 a wrong argument; 130 Ctrl-C; 143 SIGTERM
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
    top = parser()
    given = trace_options.with_port(sys.argv[1:] if arguments is None else arguments)
    options, words = top.parse_known_args(given)
    if words and options.command != "trace":
        top.error(f"unrecognized arguments: {' '.join(words)}")
    with sigterm_interrupts() as come:
        match options.command:
            case "atlas":
                status = _atlas(options)
            case "trace":
                status = _trace(options, words)
            case _:
                status = _site(options)
    return 128 + come[0] if come else status


def _atlas(options: argparse.Namespace) -> int:
    from wslab.cli.atlas import main as atlas  # needs no extra

    return atlas.run(options)


def _trace(options: argparse.Namespace, words: Sequence[str]) -> int:
    try:
        from wslab.cli.trace import main as trace

        return trace.run(options, words)
    except ModuleNotFoundError as error:
        if error.name not in ("uvicorn", "click", "rich"):
            raise
        print(f"wslab: {error}; pip install 'wslab[trace]'", file=sys.stderr)
        return 1


def _site(options: argparse.Namespace) -> int:
    # jsonschema, which nbformat imports, takes this for optional and has it compile a
    # grammar that nothing here uses: a command would begin after 1.4 s, not 0.25 s.
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
    """Return the parser; what it parses has a `command` that names the subcommand."""
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
    _add_notebooks(execute)
    _add_limits(execute)
    execute.add_argument("--output", type=Path, metavar="DIR", help=OUTPUT)

    build = add("build", "execute what changed, and build the site, strictly")
    build.add_argument("--site-dir", type=Path, metavar="DIR", help=SITE_DIR)

    serve = add("serve", "serve the site and follow every change", SERVE)
    serve.add_argument("--port", type=_port, metavar="N", help=PORT)

    new = add("new", "start a chapter: a notebook that runs")
    new.add_argument("name", metavar="NUMBER-NAME", help="as in 12-binary-frames")

    apps = add("apps", "write the chapters' applications as files", APPS)
    apps.add_argument("directory", type=Path, metavar="DIR", help="made if missing")
    _add_notebooks(apps)

    _add_atlas(add("atlas", "what each ASGI server really does", ATLAS))
    trace = commands.add_parser(
        "trace",
        help="show what your application's connections do, and why they end",
        description=trace_options.DESCRIPTION,
        usage=trace_options.USAGE,
        epilog=trace_options.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    trace_options.add_options(trace)
    return top


def _add_atlas(command: argparse.ArgumentParser) -> None:
    """Give `wslab atlas` its own subcommands."""
    commands = command.add_subparsers(dest="atlas", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="measure, and compare", description=ATLAS_RUN)
    run.add_argument(
        "--server", action="append", default=[], metavar="NAME", help=SERVER
    )
    run.add_argument(
        "--scenario", action="append", default=[], metavar="NAME", help=SCENARIO
    )
    run.add_argument("--repeats", type=_count, metavar="N", default=5, help=REPEATS)
    run.add_argument("--jobs", type=_count, metavar="N", help=COLUMNS)
    run.add_argument("--output", type=Path, metavar="DIR", help=STORE)
    run.add_argument("--add", action="store_true", help=ADD)

    history = commands.add_parser(
        "history", help="measure earlier releases", description=ATLAS_HISTORY
    )
    history.add_argument(
        "--release", action="append", default=[], metavar="VERSION", help=RELEASE
    )
    history.add_argument(
        "--scenario", action="append", default=[], metavar="NAME", help=SCENARIO
    )
    history.add_argument("--repeats", type=_count, metavar="N", default=5, help=REPEATS)
    history.add_argument("--jobs", type=_count, metavar="N", help=COLUMNS)
    history.add_argument(
        "--environments",
        type=Path,
        metavar="DIR",
        default=Path(".cache/releases"),
        help=ENVIRONMENTS,
    )
    history.add_argument("--output", type=Path, metavar="FILE", help=STORE)

    diff = commands.add_parser(
        "diff", help="say what changed between two runs", description=ATLAS_DIFF
    )
    diff.add_argument("before", type=Path, metavar="BEFORE", help="a run's --output")
    diff.add_argument("after", type=Path, metavar="AFTER", help="another's")

    show = commands.add_parser("show", help="print what is stored of one scenario")
    show.add_argument("scenario", metavar="SCENARIO")
    show.add_argument("--server", metavar="NAME", help="print this one's ladder too")

    commands.add_parser("list", help="list the scenarios")

    check = commands.add_parser(
        "check",
        help="check a server of yours against the specifications",
        description=ATLAS_CHECK,
        usage="%(prog)s [options] -- COMMAND {port} {app}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("command_words", nargs="+", metavar="COMMAND", help=WORDS)
    check.add_argument(
        "--scenario", action="append", default=[], metavar="NAME", help=SCENARIO
    )
    check.add_argument("--expect", type=Path, metavar="FILE", help=EXPECT)
    check.add_argument("--junit", type=Path, metavar="FILE", help=JUNIT)


ATLAS = """\
Measure what ASGI servers do in many scenarios, and read what was measured. The stored
data lie in the package; a server runs in a process of its own on 127.0.0.1.
"""
ATLAS_RUN = """\
Play each scenario several times on each server, and say which cells differ from the
stored data: exit status 1 if any does. With --output the cells are written instead.
"""
ATLAS_DIFF = """\
Say which cells changed between two runs, and which are in one of them alone. Exit
status 0 if both have the same cells and none changed, 1 if one changed, 2 for a wrong
argument, 3 if none changed among the cells that both have, but one run has more.
"""
ATLAS_HISTORY = """\
Measure earlier releases of uvicorn at its default, each in a virtual environment with
the websockets of its time, and say which cells differ from the stored history: exit
status 1 if any does. With --output the history is written instead. Environments are
built where they are missing, with pip, and kept.
"""
ATLAS_CHECK = """\
Play the scenarios that RFC 6455 or ASGI decide against a server, and say where it does
not do what they say. The server is started by the command, for example

  wslab atlas check -- uvicorn --port {port} {app}

with a free port of 127.0.0.1 and an application that it can import. Exit status 1 if
it departs from a MUST or a definition; with --expect, if anything fails that the file
does not name, or if something that it names, and not as failing sometimes, no longer
fails.
"""
WORDS = "the server's command, with {port} and {app} where these go"
EXPECT = """\
expected failures, the name of a scenario a line; the word "sometimes" after it lets it
fail or not; # begins a comment"""
JUNIT = "write the results here as JUnit's XML"
SERVER = """\
measure this server, test client or framework only; * stands for anything, and it may
be given again"""
SCENARIO = "play this scenario only; * stands for anything, and it may be given again"
RELEASE = """\
measure this release of uvicorn only; * stands for anything, and it may be given
again"""
ENVIRONMENTS = "where the environments are (default: .cache/releases)"
REPEATS = "runs of each scenario (default: 5); where they differ it is measured again"
COLUMNS = "columns that are measured at a time (default: 4)"
STORE = "write the cells here, beside those that are there"
ADD = """\
with --output: a cell that is there keeps what it has seen with the same versions, so
that it varies where now something else is seen"""


OUTPUT = "write the notebooks with their outputs here"
SITE_DIR = "where to build it (default: site/ in the project)"
PORT = "take this port or fail (default: 8000, or a free one)"
JOBS = "kernels at a time (default: three for each core, since chapters mostly wait)"
TIMEOUT = "the seconds that one cell may take (default: 60)"


def _add_notebooks(command: argparse.ArgumentParser) -> None:
    """Let a subcommand take notebooks."""
    command.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")


def _add_limits(command: argparse.ArgumentParser) -> None:
    """Let a subcommand that executes be told how."""
    command.add_argument("--jobs", type=_jobs, metavar="N", help=JOBS)
    command.add_argument(
        "--timeout", type=_seconds, metavar="S", default=60, help=TIMEOUT
    )
    command.add_argument("--no-cache", action="store_true", help="execute it anyway")


def _port(text: str) -> int:
    return int(_number(text, 1, 65535, "a port from 1 to 65535"))


def _count(text: str) -> int:
    return int(_number(text, 1, 1000, "a number from 1 to 1000"))


def _jobs(text: str) -> int:
    return int(_number(text, 1, 1000, "a number of kernels, 1 or more"))


def _seconds(text: str) -> float:
    number = _number(text, 0, 86_400, "a number of seconds, a day at most", float)
    if not number:
        raise argparse.ArgumentTypeError("0 seconds are no time for a cell")
    return number


def _number(
    text: str, least: int, most: int, what: str, kind: Callable[[str], float] = int
) -> float:
    """Return the number in an argument; argparse shows what was wanted instead."""
    try:
        number = kind(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return number
