"""The ladder in a real JupyterLab, whose style sheet stretches what has no size."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import Page, sync_playwright

from wslab.lab.chrome.browser import find_chromium
from wslab.lab.chrome.process import ARGUMENTS
from wslab.site.execution.kernel import kill_family
from wslab.trace.model import (
    ApplicationEvent,
    Connection,
    Frame,
    Handshake,
    Head,
    Opcode,
)
from wslab.trace.trace import Trace

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(300)]

OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", *ARGUMENTS]
SETTINGS = "settings/@jupyterlab/apputils-extension"
THEMES = {"JupyterLab Light": False, "JupyterLab Dark": True}

SEEN = """() => {
  const svg = document.querySelector("svg.wsl");
  const box = e => e.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].filter(
    t => getComputedStyle(t).display !== "none");
  return {
    width: box(svg).width,
    height: box(svg).height,
    font: parseFloat(getComputedStyle(texts[3]).fontSize),
    light: getComputedStyle(texts[3]).fill.match(/\\d+/g).slice(0, 3).every(
      c => c > 127),
    texts: texts.map(t => t.textContent),
    outside: texts.filter(t => box(t).left < box(svg).left - 1
      || box(t).right > box(svg).right + 1).map(t => t.textContent),
  };
}"""


def trace() -> Trace:
    """An upgrade, and a frame that a narrow page shortens."""
    head = Head("client", "GET /echo HTTP/1.1", (), 0)
    events = (
        head,
        ApplicationEvent("websocket.connect", "server", pair=("request", 0)),
        Frame("client", Opcode.TEXT, True, True, False, 30, b"x" * 30, 30, 0),
    )
    one = Connection(events, 3, 0, False, True, Handshake(head, None), None, None)
    return Trace((one,))


def write_notebook(home: Path) -> None:
    """Write a notebook with a stored output, trusted as if it had been run here."""
    data = dict(trace()._repr_mimebundle_())
    result = new_output("execute_result", data, execution_count=1)
    cell = new_code_cell("server.trace", outputs=[result], execution_count=1)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    (home / "notebooks").mkdir()
    nbformat.write(notebook, home / "notebooks" / "ladder.ipynb")
    notary = NotebookNotary(data_dir=str(home / "data"))
    notary.sign(nbformat.read(home / "notebooks" / "ladder.ipynb", as_version=4))
    notary.store.close()


def set_theme(home: Path, theme: str) -> None:
    settings = home / SETTINGS
    settings.mkdir(parents=True, exist_ok=True)
    chosen = json.dumps({"theme": theme})
    (settings / "themes.jupyterlab-settings").write_text(chosen)
    quiet = json.dumps({"fetchNews": "false", "checkForUpdates": False})
    (settings / "notification.jupyterlab-settings").write_text(quiet)


def wait_for_server(home: Path, server: subprocess.Popen[bytes]) -> str:
    """Return the address of JupyterLab, once it answers."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        for file in (home / "runtime").glob("jpserver-*.json"):
            try:
                url = json.loads(file.read_text())["url"]
                with urllib.request.urlopen(f"{url}api", timeout=5):
                    return str(url)
            except (OSError, ValueError):  # not written, or not listening yet
                pass
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start: {(home / 'log').read_text()}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home of JupyterLab's own: the tests touch no one's settings."""
    home = tmp_path_factory.mktemp("home")
    (home / "data").mkdir()
    write_notebook(home)
    set_theme(home, "JupyterLab Light")
    return home


@pytest.fixture(scope="module")
def jupyterlab(home: Path) -> Iterator[str]:
    """Run a JupyterLab on a port that is free; gives its address."""
    folders = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.port=0"),
        *("--IdentityProvider.token=", "--PasswordIdentityProvider.hashed_password="),
        f"--ServerApp.root_dir={home / 'notebooks'}",
    ]
    env = os.environ | {name: str(path) for name, path in folders.items()}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=home)
        try:
            yield wait_for_server(home, server)
        finally:
            kill_family(server.pid)  # its kernels, too
            server.wait()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=OPTIONS
        )
        yield browser
        browser.close()


def open_notebook(browser, url: str, width: int, theme: str) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(f"{url}lab/tree/ladder.ipynb?reset")
    chosen = f'body[data-jp-theme-name="{theme}"]'
    page.wait_for_selector(chosen, state="attached")
    page.wait_for_selector(".jp-OutputArea-output svg.wsl", state="attached")
    return page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1280, 1920])
def test_jupyterlab_leaves_a_ladder_its_size(browser, jupyterlab, home, width, theme):
    """F35: as wide as there is room, up to 760 pixels, and never blown up in height."""
    set_theme(home, theme)
    page = open_notebook(browser, jupyterlab, width, theme)
    page.wait_for_function(
        "() => document.querySelector('svg.wsl').getBoundingClientRect().width > 640"
    )
    seen = page.evaluate(SEEN)
    if pictures := os.environ.get("WSLAB_PICTURES"):
        page.screenshot(path=f"{pictures}/{theme.split()[1]}-{width}.png")
    page.close()
    assert 640 < seen["width"] <= 760
    assert seen["height"] == 2 + 18 + 2 * 30 + 6 + 8 + 4
    assert seen["font"] == 13
    assert seen["outside"] == []
    assert seen["light"] is THEMES[theme]
    assert f'text "{"x" * 30}" · 30 B' in seen["texts"]
