"""What opens in the playground: links that its scripts read, reasons for all others."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from wslab.atlas.acts import Terminate
from wslab.atlas.scenarios import SCENARIOS
from wslab.site.atlas.book import Book
from wslab.site.atlas.opening import CANNOT, IMPLEMENTATIONS, opened, reason
from wslab.site.atlas.pages import pages
from wslab.site.live.node import find_node
from wslab.site.playground import PORT, Project

SCRIPTS = Path(__file__).parents[2] / "frontend" / "src" / "live" / "playground"
LINK = re.compile(r'<a href="\.\./\.\./playground/(#[^"]+)">Open in the playground</a>')

READ = f"""
import {{ fromFragment }} from {json.dumps((SCRIPTS / "project.ts").as_uri())};
import {{ readFileSync }} from "node:fs";
const links = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await Promise.all(links.map(fromFragment))));
"""
"""What the playground makes of links."""


@pytest.fixture(scope="module")
def made():
    """The atlas's pages by their addresses."""
    return {page.uri: page for page in pages(Book())}


def read(fragments):
    """The projects that the playground's own script reads from links."""
    command = [*find_node().node, "--input-type=module", "--eval", READ]
    done = subprocess.run(
        command, input=json.dumps(fragments), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def as_read(project):
    """A project as the playground's script has it."""
    usual = {"pages": 1, "origin": f"http://127.0.0.1:{PORT}"}
    client = {"kind": "py", "source": project.client, **usual}
    application, options = project.application, dict(project.options)
    parts = {"name": project.name, "application": application}
    return {**parts, "client": client, "options": options}


def test_the_playground_reads_what_a_link_carries():
    projects = [
        Project("one", 'print("na\u00efve \U0001f409")\n', "", {"ws": "wsproto"}),
        Project("two", "app = None\n", "a" * 90_000, {"ws_ping_interval": 0.5}),
        *(it for name in SCENARIOS if (it := opened(SCENARIOS[name]))),
    ]
    links = [it.fragment for it in projects]
    assert read(links) == [as_read(it) for it in projects]
    assert max(map(len, links[2:])) < 4_000


def test_a_scenario_opens_or_its_page_says_why_not(made):
    for name, scenario in SCENARIOS.items():
        page = made[f"atlas/{name}.md"]
        if project := opened(scenario):
            assert LINK.findall(page.markdown) == [project.fragment]
            assert not reason(scenario)
        else:
            told = f"It does not open in the playground: {reason(scenario)}."
            assert told in page.markdown
            assert LINK.findall(page.html) == []
            assert reason(scenario)


def test_each_cell_of_uvicorns_opens_with_its_implementation(made):
    cells = made["atlas/close-without-code.md"].html.split("<details ")[1:]
    found = {}
    for cell in cells:
        column = cell.split('"')[1]
        if links := LINK.findall(cell):
            (found[column],) = read(links)
    assert found.keys() == IMPLEMENTATIONS.keys()
    assert found["uvicorn"]["options"] == {}
    assert found["uvicorn-wsproto"]["options"] == {"ws": "wsproto"}
    assert found["uvicorn-websockets"]["options"] == {"ws": "websockets"}


def opening(page):
    """The columns of a page whose cells open."""
    cells = page.html.split("<details ")[1:]
    return [cell.split('"')[1] for cell in cells if LINK.findall(cell)]


def test_of_frameworks_cells_those_open_whose_packages_a_page_has(made):
    returns = made["atlas/framework-handler-returns.md"]
    assert opening(returns) == ["asgi", "wslab", "starlette", "fastapi"]
    error = made["atlas/framework-http-error.md"]
    assert opening(error) == ["asgi", "starlette", "fastapi"]  # wslab has none


def test_what_opens_in_a_framework_is_the_handler_alone():
    scenario = SCENARIOS["framework-http-error"]
    sources = {it: opened(scenario, it).application for it in ("starlette", "fastapi")}
    for source in sources.values():
        assert source.startswith(f'"""{scenario.asks}"""')
        assert source.count("async def ") == 1
    route = 'app = Starlette(routes=[WebSocketRoute("/http-error", http_error)])'
    assert route in sources["starlette"]
    assert "from fastapi import FastAPI, HTTPException, WebSocket" in sources["fastapi"]
    assert sources["fastapi"].count('@app.websocket("/http-error")') == 1


def test_what_opens_says_what_is_asked_and_how_the_server_is_told(made):
    project = opened(SCENARIOS["message-over-the-limit"])
    assert project.options == {"ws_max_size": 1000}
    assert project.application.startswith(
        f'"""{SCENARIOS["message-over-the-limit"].asks}'
    )


def test_what_uvicorn_is_asked_opens_unless_it_needs_what_a_page_has_not():
    shut = {name for name, it in SCENARIOS.items() if not opened(it)}
    needing = {
        name
        for name, it in SCENARIOS.items()
        if Terminate() in it.client or it.options.unix
    }
    assert shut == needing | CANNOT.keys()


def test_what_opens_for_several_clients_tells_them_apart():
    project = opened(SCENARIOS["room-with-one-that-has-closed"])
    first = project.client.index("writer1.write(frame(8, ")
    waits = project.client.index("await until('receives disconnect*')")
    second = project.client.index("writer2.write(frame(1, b'now'))")
    assert first < waits < second
    assert "followed(scope, receive, send)" in project.application


def test_what_opens_with_a_signal_has_it_on_both_sides():
    project = opened(SCENARIOS["keepalive-of-a-handler-that-does-not-receive"])
    assert project.options == {"ws_ping_interval": 1, "ws_ping_timeout": 1}
    assert 'signals = {"go": asyncio.Event()}' in project.application
    assert 'signals["go"].set()' in project.client


def test_exceptions_are_scenarios():
    assert CANNOT.keys() <= SCENARIOS.keys()
