"""What a cell does with a system program; stored where the program is missing."""

from __future__ import annotations

import json

import pytest
from websockets.asyncio.client import connect

from wslab.lab import StoredResultChanged, carry, nginx, serve, with_programs
from wslab.lab.programs import program
from wslab.lab.programs.stored import PROGRAMS
from wslab.trace.trace import Trace

from .behind import NGINX, echo


def asking(text, name="asked"):
    """Return a session: an echo behind an nginx is sent a text."""

    @with_programs("nginx", stored=name)
    async def asked():
        async with serve(echo, lifespan="off") as server:
            async with nginx(server, NGINX) as proxy, connect(proxy.url()) as client:
                await client.send(text)
                answer = await client.recv()
            server.settle()
            return {"answer": answer, "ladders": [server.trace]}

    return asked


@pytest.fixture(autouse=True)
def notebooks(tmp_path, monkeypatch):
    """A working directory of the test's own; nothing is recorded unasked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WSLAB_RECORD", raising=False)
    monkeypatch.setattr("wslab.lab.archive._carried", {})
    return tmp_path


@pytest.fixture
def record(monkeypatch):
    """Run a session and store what it returns."""

    async def record(session):
        with monkeypatch.context() as patch:
            patch.setenv("WSLAB_RECORD", "1")
            return await session()

    return record


@pytest.fixture
def without_programs(monkeypatch):
    def hide():
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(program, "PLACES", ())

    return hide


@pytest.mark.needs("nginx")
async def test_what_is_stored_is_shown_where_the_program_is_missing(
    record, without_programs
):
    real = await record(asking("hello"))
    assert (real["answer"], real.stored) == ("hello", False)
    assert real.version.startswith("nginx 1.")
    without_programs()
    shown = await asking("hello")()
    assert (shown["answer"], shown.stored) == ("hello", True)
    assert shown.version == real.version
    assert isinstance(shown["ladders"][0], Trace)
    assert shown["ladders"][0].text == real["ladders"][0].text
    assert "a stored result" in str(shown)


@pytest.mark.needs("nginx")
async def test_a_second_run_does_the_same_but_for_keys_ports_and_times(record):
    await record(asking("hello"))
    assert (await asking("hello")())["answer"] == "hello"


@pytest.mark.needs("nginx")
async def test_a_result_that_changed_is_a_diff(record):
    await record(asking("hello"))
    with pytest.raises(StoredResultChanged, match=r"(?s)WSLAB_RECORD=1.*-.*hello.*\+"):
        await asking("goodbye")()


@pytest.mark.needs("nginx")
async def test_a_result_is_stored_on_request_only(notebooks):
    with pytest.raises(StoredResultChanged, match="WSLAB_RECORD=1"):
        await asking("hello")()
    assert list(notebooks.iterdir()) == []


@pytest.mark.needs("nginx")
async def test_a_notebook_carries_what_is_stored(record, notebooks, monkeypatch):
    await record(asking("hello"))
    carry(PROGRAMS.carried(["asked"], notebooks))
    (notebooks / "elsewhere").mkdir()
    monkeypatch.chdir(notebooks / "elsewhere")
    with pytest.warns(UserWarning, match=r"asked: your program, nginx"):
        assert (await asking("goodbye")())["answer"] == "goodbye"
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(program, "PLACES", ())
    assert (await asking("goodbye")())["answer"] == "hello"


async def test_without_a_program_nothing_is_pretended(without_programs):
    without_programs()
    with pytest.raises(StoredResultChanged, match="nginx is not installed here"):
        await asking("hello", name="never-recorded")()


async def test_a_stored_result_is_escaped_in_html(notebooks, without_programs):
    without_programs()
    (notebooks / "programs").mkdir()
    stored = {"program": "nginx 1.2.3", "value": {"<b>": ["<script>"]}}
    (notebooks / "programs" / "hostile.json").write_text(json.dumps(stored))
    result = await asking("hello", name="hostile")()
    html = result._repr_mimebundle_()["text/html"]
    assert "<script>" not in html
    assert "<b>" not in html
    assert "nginx 1.2.3, a stored result" in html
