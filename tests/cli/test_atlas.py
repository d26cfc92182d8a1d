"""`wslab atlas` as it is typed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import wslab
from wslab.atlas import store

SOURCE = Path(wslab.__file__).parents[1]
COMMAND = [sys.executable, "-m", "wslab.cli", "atlas"]


def atlas(*arguments, **options):
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=100, **options
    )


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """What a run of one scenario on one server wrote."""
    directory = tmp_path_factory.mktemp("atlas")
    found = atlas(
        "run",
        *("--server", "uvicorn", "--scenario", "handler-returns"),
        *("--repeats", "2", "--output", str(directory)),
    )
    assert found.returncode == 0, found.stderr
    assert "1 cell:" in found.stdout
    return directory


def test_run_writes_what_it_measured(measured):
    document = json.loads((measured / "handler-returns.json").read_text())
    (outcome,) = document["cells"]["uvicorn"]["outcomes"]
    assert outcome["count"] == 2


def test_run_keeps_the_cells_of_other_servers(measured, tmp_path):
    document = json.loads((measured / "handler-returns.json").read_text())
    document["cells"]["hypercorn"] = document["cells"].pop("uvicorn")
    (tmp_path / "handler-returns.json").write_text(json.dumps(document))
    arguments = (
        "--server",
        "uvicorn",
        "--scenario",
        "handler-returns",
        "--repeats",
        "1",
    )
    atlas("run", *arguments, "--output", str(tmp_path))
    written = json.loads((tmp_path / "handler-returns.json").read_text())
    assert set(written["cells"]) == {"hypercorn", "uvicorn"}


def test_run_can_add_to_what_was_seen_with_the_same_versions(measured, tmp_path):
    text = (measured / "handler-returns.json").read_text()
    path = tmp_path / "handler-returns.json"
    arguments = ("--server", "uvicorn", "--scenario", "handler-returns")
    arguments += ("--repeats", "2", "--add", "--output", str(tmp_path))

    path.write_text(text)
    atlas("run", *arguments)
    assert path.read_text() == text  # nothing new was seen

    path.write_text(text.replace('"FIN"', '"close 1000"'))
    atlas("run", *arguments)
    outcomes = json.loads(path.read_text())["cells"]["uvicorn"]["outcomes"]
    assert {(it["client"][-1], it["count"]) for it in outcomes} == {
        ("FIN", 2),
        ("close 1000", 2),
    }

    document = json.loads(text.replace('"FIN"', '"close 1000"'))
    document["cells"]["uvicorn"]["versions"]["uvicorn"] = "0.1"
    path.write_text(json.dumps(document))
    atlas("run", *arguments)
    (outcome,) = json.loads(path.read_text())["cells"]["uvicorn"]["outcomes"]
    assert outcome["client"][-1] == "FIN"


def test_diff_says_what_changed_and_fails(measured, tmp_path):
    text = (measured / "handler-returns.json").read_text()
    (tmp_path / "handler-returns.json").write_text(
        text.replace('"FIN"', '"close 1000"')
    )
    same = atlas("diff", str(measured), str(measured))
    assert (same.returncode, same.stdout) == (0, "0 cells differ\n")
    changed = atlas("diff", str(measured), str(tmp_path))
    assert changed.returncode == 1
    assert "handler-returns on uvicorn" in changed.stdout
    assert "now sees" in changed.stdout


def test_diff_names_what_is_in_one_run_alone(tmp_path):
    stored = store.DATA / "handler-returns.json"
    whole, part = tmp_path / "whole", tmp_path / "part"
    for directory in (whole, part):
        directory.mkdir()
        (directory / "handler-returns.json").write_text(stored.read_text())
    (whole / "text.json").write_text((store.DATA / "text.json").read_text())
    document = json.loads(stored.read_text())
    del document["cells"]["daphne"]
    (part / "handler-returns.json").write_text(json.dumps(document))

    same = atlas("diff", str(whole), str(part))
    assert same.returncode == 3
    alone = len(store.load("text")) + 1
    assert same.stdout.splitlines() == [
        f"only in {whole}: text",
        f"only in {whole}, in scenarios of both: daphne (1)",
        f"0 cells differ, {alone} could not be compared",
    ]
    other_way = atlas("diff", str(part), str(whole))
    assert (other_way.returncode, other_way.stdout) == (3, same.stdout)

    changed = (part / "handler-returns.json").read_text()
    (part / "handler-returns.json").write_text(changed.replace('"FIN"', '"reset"'))
    found = atlas("diff", str(whole), str(part))
    assert found.returncode == 1
    assert f" cells differ, {alone} could not be compared\n" in found.stdout


def test_diff_of_a_directory_without_data_is_an_error(measured, tmp_path):
    found = atlas("diff", str(measured), str(tmp_path))
    assert (found.returncode, found.stdout) == (2, "")
    assert f"{tmp_path} has no data of the atlas" in found.stderr


def test_show_prints_each_server_and_a_ladder():
    shown = atlas("show", "handler-returns", "--server", "uvicorn")
    assert shown.returncode == 0, shown.stderr
    assert "Daphne" in shown.stdout
    assert "101 Switching Protocols" in shown.stdout
    assert "uvicorn's default does so since 0.39.0 " in shown.stdout


@pytest.mark.parametrize(
    ("scenario", "column", "told"),
    [
        ("framework-no-route", "litestar", "Litestar"),
        ("handler-returns", "starlette-testclient", "TestClient"),
    ],
)
def test_show_knows_frameworks_and_test_clients(scenario, column, told):
    shown = atlas("show", scenario, "--server", column)
    assert shown.returncode == 0, shown.stderr
    assert told in shown.stdout
    assert "receives connect" in shown.stdout


def test_list_names_every_scenario_with_its_question():
    listed = atlas("list")
    assert "handler-returns" in listed.stdout
    assert "?" in listed.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "--server", "uvicorm"), "no server is called 'uvicorm'"),
        (("run", "--scenario", "x*"), "called 'x*'; `wslab atlas list` names all"),
        (("show", "nothing"), "no scenario is called 'nothing'"),
        (("show", "handler-returns", "--server", "quart"), "no 'quart' among"),
        (("diff", "/nowhere", "/nowhere"), "/nowhere is no directory"),
        (("run", "--repeats", "0"), "'0' is not a number from 1 to 1000"),
        (("run", "--add"), "--add needs --output"),
    ],
)
def test_a_wrong_argument_is_a_sentence(arguments, told):
    found = atlas(*arguments)
    assert found.returncode == 2
    assert told in found.stderr
    assert "Traceback" not in found.stderr


def test_an_output_that_cannot_be_written_is_said_before_anything_is_measured():
    found = atlas("run", "--scenario", "text", "--output", "/dev/null/measured")
    assert found.returncode == 2
    assert found.stderr.startswith("wslab atlas: [Errno 20] Not a directory")


def test_a_ladder_is_printed_where_lines_of_boxes_cannot_be():
    ascii_alone = {**os.environ, "PYTHONIOENCODING": "ascii"}
    shown = atlas("show", "denial", "--server", "uvicorn", env=ascii_alone)
    assert shown.returncode == 0, shown.stderr
    assert "401 Unauthorized" in shown.stdout


def test_a_server_that_is_not_installed_is_a_sentence():
    """-S leaves the installed packages out."""
    code = (
        f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n"
        "from wslab.cli.main import main\n"
        "sys.exit(main(['atlas', 'run', '--server', 'daphne', '--scenario', 'text']))"
    )
    found = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True
    )
    assert found.returncode == 2
    told = "wslab atlas: daphne is not installed; pip install 'wslab[atlas]'\n"
    assert found.stderr == told


def test_who_reads_no_further_is_no_error():
    process = subprocess.Popen(
        [*COMMAND, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 128 + signal.SIGPIPE
    process.stderr.close()


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_stops_every_server(number, status):
    """The servers are in sessions of their own: the command has to end them."""
    process = subprocess.Popen(
        [*COMMAND, "run", "--server", "daphne", "--scenario", "handler-returns"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    me = psutil.Process(process.pid)
    children = []
    while not children and process.poll() is None:
        children = me.children()
    os.kill(process.pid, number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status
    assert "interrupted" in errors
    psutil.wait_procs(children, timeout=30)
    assert not any(child.is_running() for child in children)
