"""The `wslab` command, as a shell runs it."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from wslab.cli.main import main
from wslab.site.notebooks import read_notebook

from ..site.conftest import ALONE
from ..site.written import write

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, **ALONE}


def wslab(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wslab.cli", *arguments],
        cwd=cwd,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.mark.parametrize("command", ["", "execute", "build", "serve", "new", "apps"])
def test_help(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        main([*command.split(), "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: wslab {command}".rstrip())
    assert len(text) > 150


WRONG = [
    [],
    ["unknown"],
    *(["serve", "--port", it] for it in ("x", "0", "-1", "99999")),
    *(["execute", "--jobs", it] for it in ("x", "0", "-1", "1.5")),
    *(["execute", "--timeout", it] for it in ("x", "0", "-1", "nan", "inf")),
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_wrong_argument(arguments: list[str], capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert "usage: wslab" in error
    assert all(it in error for it in arguments[2:])


def test_a_file_where_a_directory_is_wanted_and_the_reverse(project: Path, capsys):
    (project / "file").touch()
    for command in (["apps"], ["execute", "--output"], ["build", "--site-dir"]):
        assert main([*command, "file"]) == 1
        told = capsys.readouterr()
        assert told.err == "wslab: file: a file, not a directory\n"
    for command in (["execute", "notebooks"], ["apps", "made", "notebooks"]):
        assert main(command) == 1
        error = capsys.readouterr().err
        assert re.fullmatch(
            r"wslab: \S*notebooks: a directory, not a notebook\n", error
        )


def test_an_output_that_cannot_be_written_is_told_before_anything_runs(
    project: Path, capsys
):
    (project / "out" / "01-first.ipynb").mkdir(parents=True)
    assert main(["execute", "--output", "out"]) == 1
    told = capsys.readouterr()
    assert told.err == "wslab: out/01-first.ipynb: a directory, not a file\n"


def test_a_directory_where_nothing_may_be_written(project: Path):
    """The superuser may write anywhere, so it is run without what makes one."""
    (project / "out").mkdir(mode=0o500)
    arguments = ("wslab.cli", "execute", "--output", "out")
    as_anybody = [] if os.geteuid() else ["setpriv", "--bounding-set=-all"]
    ran = subprocess.run(
        [*as_anybody, sys.executable, "-m", *arguments],
        cwd=project,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ran.returncode == 1
    assert ran.stderr == "wslab: out/01-first.ipynb: it may not be written\n"


def test_two_notebooks_of_one_name_cannot_be_written_to_one_place(
    project: Path, capsys
):
    other = write(project / "other" / "01-first.ipynb", "1")
    first = str(project / "notebooks" / "01-first.ipynb")
    assert main(["execute", "--output", "out", first, str(other)]) == 1
    error = capsys.readouterr().err
    assert error == "wslab: 2 notebooks are named 01-first.ipynb: --output keeps one\n"
    assert not (project / "out").exists()


def test_a_misspelt_tag_is_told_before_anything_runs(project: Path, capsys):
    path = project / "notebooks" / "01-first.ipynb"
    write(path, "# First", "1", tags={1: "raises-exeption"})
    assert main(["execute"]) == 1
    error = capsys.readouterr().err
    assert "01-first.ipynb, cell 2: 'raises-exeption' is none of the tags" in error
    assert "did you mean 'raises-exception'?" in error


def test_a_cache_that_cannot_be_written(project: Path, capsys):
    (project / ".cache").touch()
    assert main(["execute"]) == 1
    assert "wslab: the cache cannot be written: " in capsys.readouterr().err


def test_the_directories_are_those_of_the_configuration(project: Path, capsys):
    (project / "notebooks").rename(project / "book")
    with (project / "mkdocs.yml").open("a") as file:
        file.write("plugins: [{wslab: {notebooks: book, cache: kept}}]\n")
    assert main(["execute"]) == 0
    assert [path.name for path in (project / "kept").iterdir()] == ["01-first.1.json"]


def test_outside_of_a_project(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command in (["build"], ["serve"], ["new", "01-a"], ["execute"]):
        assert main(command) == 1
        assert f"no mkdocs.yml in {tmp_path}" in capsys.readouterr().err


def test_execute_keeps_outputs_and_writes_them_where_it_is_told(project: Path, capsys):
    assert main(["execute"]) == 0
    assert "01-first: executed in" in capsys.readouterr().err
    assert main(["execute", "--output", "out"]) == 0
    assert "1 notebook unchanged, no kernel started" in capsys.readouterr().err
    executed = read_notebook(project / "out" / "01-first.ipynb")
    assert executed.cells[1].outputs[0].text == "as made\n"
    assert main(["execute", "--no-cache", "notebooks/01-first.ipynb"]) == 0
    assert "01-first: executed in" in capsys.readouterr().err
    stored = read_notebook(project / "notebooks" / "01-first.ipynb")
    assert stored.cells[1].outputs == []


def test_execute_names_file_and_cell_of_a_fault(project: Path, capsys):
    write(project / "notebooks" / "02-bad.ipynb", "# Bad", "1", "x = 1\nassert x == 2")
    assert main(["execute"]) == 1
    error = capsys.readouterr().err
    assert "notebooks/02-bad.ipynb, cell 3 (In [2]), line 2: AssertionError" in error
    assert main(["execute", "--timeout", "1", "missing.ipynb"]) == 1
    assert "missing.ipynb: no such notebook" in capsys.readouterr().err


def test_new_makes_a_chapter_that_passes(project: Path, capsys):
    assert main(["new", "12-binary-frames"]) == 0
    path = project / "notebooks" / "12-binary-frames.ipynb"
    told = capsys.readouterr().out
    assert told.startswith("notebooks/12-binary-frames.ipynb\n\nnext:\n")
    assert "wslab execute notebooks/12-binary-frames.ipynb" in told
    (place,) = re.findall(r"tests/\S+/(?=,)", told)
    assert (ROOT / place).is_dir()
    assert read_notebook(path).cells[0].source.startswith("# Binary frames\n")
    assert main(["execute", str(path)]) == 0
    assert main(["new", "12-binary-frames"]) == 1
    assert "12-binary-frames.ipynb exists" in capsys.readouterr().err
    for name in ("Binary frames", "\u0661\u0662-binary-frames"):
        assert main(["new", name]) == 1
        assert f"{name!r} is not of the form" in capsys.readouterr().err


def test_apps_writes_what_uvicorn_can_import(project: Path, capsys):
    main(["new", "12-binary-frames"])
    assert main(["apps", "made"]) == 0
    assert "made/binary_frames.py" in capsys.readouterr().out
    text = (project / "made" / "binary_frames.py").read_text()
    assert "async def app(scope, receive, send):" in text
    write(project / "notebooks" / "13-a.ipynb", "await x", tags={0: "app:a.py"})
    assert main(["apps", "made"]) == 1
    assert re.search(
        r"13-a\.ipynb: cell 1, line 1: .*not for a\.py", capsys.readouterr().err
    )


def test_build_makes_the_site(project: Path):
    built = wslab("build", "--site-dir", "public", cwd=project)
    assert built.returncode == 0, built.stderr
    assert "01-first: executed in" in built.stderr
    assert "as made" in (project / "public/chapters/first/index.html").read_text()


def test_build_fails_on_a_fault_and_on_a_dead_link(project: Path):
    write(project / "notebooks" / "02-bad.ipynb", "# Bad", "1 / 0")
    built = wslab("build", cwd=project)
    assert built.returncode == 1
    assert "notebooks/02-bad.ipynb, cell 2 (In [1]), line 1: ZeroDivi" in built.stderr
    assert "Traceback (most recent call last):\n  File" not in built.stderr
    write(project / "notebooks" / "02-bad.ipynb", "# Bad [link](missing.md)")
    built = wslab("build", cwd=project)
    assert built.returncode == 1
    assert "missing.md" in built.stderr


@contextmanager
def serving(project: Path, *arguments: str) -> Iterator[tuple[int, list[str]]]:
    """`wslab serve` until Ctrl-C: its port once it answers, and its log."""
    command = [sys.executable, "-m", "wslab.cli", "serve", *arguments]
    log: list[str] = []
    with subprocess.Popen(
        command,
        cwd=project,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        try:
            assert run.stderr
            for line in run.stderr:
                log.append(line)
                if "Serving on" in line:
                    break
            found = re.search(r"Serving on http://127\.0\.0\.1:(\d+)/", "".join(log))
            assert found, "".join(log)
            yield int(found[1]), log
            family = psutil.Process(run.pid).children(recursive=True)
            run.send_signal(signal.SIGINT)
            log += run.communicate(timeout=60)[1].splitlines(keepends=True)
            assert run.returncode == 0, "".join(log)
            assert not psutil.wait_procs(family, timeout=30)[1]
        finally:
            run.kill()


def page(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def test_serve_follows_a_change_of_a_notebook(project: Path):
    with serving(project) as (port, log):
        assert f"the site will be on http://127.0.0.1:{port}/" in "".join(log)
        assert "as made" in page(port, "/chapters/first/")
        path = project / "notebooks" / "01-first.ipynb"
        write(path, "# First", "print('as', 'changed')")
        deadline = time.monotonic() + 60
        while "as changed" not in page(port, "/chapters/first/"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert "Traceback" not in "".join(log)


def test_serve_takes_a_free_port_where_its_own_is_taken(project: Path):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8000))
            taken.listen()
        except OSError:
            pass  # another program has it, which is as good
        with serving(project) as (port, log):
            assert port != 8000
            assert "port 8000 is taken" in log[0]


def test_serve_fails_where_the_port_it_must_take_is_taken(project: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = wslab("serve", "--port", str(taken.getsockname()[1]), cwd=project)
    assert run.returncode == 1
    assert "is taken" in run.stderr
