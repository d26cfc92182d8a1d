"""The playground under Pyodide: an application, clients, and ladders that grow."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from wslab.site.live.assets import Assets

from .clients import VISITS
from .page import Page, opened, text_of

FOLDER = Path(__file__).parents[2] / "site_src" / "playground"
POINTS = {
    it["name"]: it for it in json.loads((FOLDER / "starting-points.json").read_text())
}
ORIGIN = "http://127.0.0.1:8000"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="module"),
]


def sources(name: str) -> tuple[str, str]:
    """The application of a starting point, and its client if that is in Python."""
    client = POINTS[name]["client"]
    text = (FOLDER / client).read_text() if client.endswith(".py") else ""
    return (FOLDER / f"{name}.py").read_text(), text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(assets: Assets) -> AsyncIterator[Page]:
    """One interpreter for all."""
    imported = [source for name in POINTS for source in sources(name)]
    async with opened(assets, imported) as page:
        yield page


async def until(page: Page, kind: str, **fields: Any) -> list[dict[str, Any]]:
    """All messages up to the next of a kind with these fields."""
    heard = [await page.hear()]
    while not {"type": kind, **fields}.items() <= heard[-1].items():
        heard.append(await page.hear())
    return heard


def play(page: Page, application: str, client: str = "", **options: Any) -> str:
    run = f"{id(client)}"
    page.say(
        type="play", run=run, application=application, client=client, options=options
    )
    return run


def printed(heard: list[dict[str, Any]]) -> str:
    return "".join(text_of(it["output"]) for it in heard if it["type"] == "output")


def ladders(heard: list[dict[str, Any]]) -> dict[int, str]:
    """The latest ladder of each connection."""
    return {it["number"]: it["html"] for it in heard if it["type"] == "trace"}


async def test_a_client_in_python_and_the_ladder(page):
    run = play(page, *sources("echo"), ws="wsproto")
    heard = await until(page, "done", run=run)
    assert heard[-1]["status"] == "ok"
    assert printed(heard) == "hello\n"
    latest = [it for it in heard if it["type"] == "trace"][-1]
    assert latest["html"].startswith("<svg")
    assert "client sends close 1000" in latest["html"]
    assert latest["why"].startswith("The client closed with 1000")
    assert latest["section"]


async def test_as_many_ladders_are_drawn_as_a_page_can_show(page):
    run = play(page, sources("echo")[0], VISITS.format(number=53))
    drawn = ladders(await until(page, "done", run=run))
    assert [bool(drawn[number]) for number in (1, 50, 51, 53)] == [True] * 2 + [
        False
    ] * 2


@pytest.mark.parametrize("name", [it for it in POINTS if sources(it)[1]])
async def test_each_starting_point_plays(page, name):
    run = play(page, *sources(name), **POINTS[name].get("options", {}))
    heard = await until(page, "done", run=run)
    assert heard[-1]["status"] == "ok", printed(heard)
    assert printed(heard)
    assert ladders(heard)


async def test_sockets_of_the_page_and_why_each_ended(page):
    play(page, sources("binary")[0])
    await until(page, "serving")
    for name in ("a", "b"):
        url = "ws://127.0.0.1:8000/"
        page.say(
            type="connect", socket=name, url=url, protocols=["x"][:0], origin=ORIGIN
        )
    await until(page, "opened", socket="b")
    data = b64encode(b"\xff\x02").decode()
    page.say(type="send", socket="a", data=data, text=False)
    half = b64encode(b"\x7f\x01").decode()
    await until(page, "message", socket="a", data={"base64": half})
    page.say(type="send", socket="b", data="text", text=True)
    end = {"code": 1003, "reason": "", "clean": True}
    heard = await until(page, "closed", socket="b", **end)
    page.say(type="close", socket="a", code=3000, reason="enough")
    heard += await until(page, "closed", socket="a", code=3000)
    while len({it["number"] for it in heard if it.get("over")}) < 2:
        heard.append(await page.hear())
    assert "close 3000" in "".join(ladders(heard).values())


async def test_stop_ends_the_server_and_the_next_run_has_nothing_of_the_last(page):
    play(page, sources("chat")[0])
    await until(page, "serving")
    page.say(
        type="connect",
        socket="c",
        url="ws://127.0.0.1:8000/",
        protocols=[],
        origin=ORIGIN,
    )
    await until(page, "opened", socket="c")
    page.say(type="stop")
    await until(page, "closed", socket="c", code=1012)
    run = play(page, "print('app' in globals(), 'members' in globals())")
    heard = await until(page, "done", run=run)
    assert heard[-1]["status"] == "error"
    assert printed(heard).startswith("False False\n")
    assert "there is no `app`" in printed(heard)


WAITS = "import asyncio\nprint('waits')\nawait asyncio.Event().wait()"


async def test_a_run_takes_the_place_of_one_whose_client_still_waits(page):
    application, client = sources("echo")
    waiting = play(page, application, WAITS)
    await until(page, "output", run=waiting)
    run = play(page, application, client)
    assert (await until(page, "done", run=waiting))[-1]["status"] == "cancelled"
    heard = await until(page, "done", run=run)
    assert (heard[-1]["status"], printed(heard)) == ("ok", "hello\n")


async def test_a_failure_of_the_start_up_is_shown(page):
    run = play(page, "async def app(scope, receive, send):\n    1 / 0", colour="red")
    heard = await until(page, "done", run=run)
    assert "colour" in printed(heard)
    run = play(page, "def app(:", "print('never')")
    assert "SyntaxError" in printed(await until(page, "done", run=run))


async def test_the_application_is_imported_as_uvicorn_does(page):
    application, client = sources("echo")
    guarded = 'if __name__ == "__main__":\n    raise SystemExit("run as a program")\n'
    told = f'{client}\nprint(__name__)\nassert __name__ == "__main__"'
    run = play(page, f"{application}\nprint(__name__)\n{guarded}", told)
    heard = await until(page, "done", run=run)
    assert heard[-1]["status"] == "ok"
    assert printed(heard) == "file\nhello\n__main__\n"


async def test_a_traceback_says_whether_it_is_the_application_s_or_the_client_s(page):
    application, client = sources("echo")
    for sides, named in (
        ((f"{application}\n1 / 0", client), "application"),
        ((application, f"{client}\n1 / 0"), "client"),
    ):
        run = play(page, *sides)
        heard = await until(page, "done", run=run)
        assert heard[-1]["status"] == "error"
        assert f'File "{named}", line ' in printed(heard)
