"""JavaScript in a real Chromium, against a real server; stored where there is none."""

from __future__ import annotations

import json

import psutil
import pytest

from wslab.lab import (
    BrowserResult,
    ChromiumNotFound,
    ScriptError,
    StoredResultChanged,
    browser,
    carry,
    chromium,
    serve,
    stored,
)

needs_chromium = pytest.mark.needs("chromium")

ECHO = """
const socket = new WebSocket(url);
socket.onopen = () => socket.send("hello");
socket.onmessage = ({ data }) => {
  console.log("got", data);
  socket.close(1000, "ok");
};
return await new Promise((done) => { socket.onclose = ({ code }) => done(code); });
"""


async def app(scope, receive, send):
    if scope["type"] == "http":
        head = {"type": "http.response.start", "status": 200}
        await send(head | {"headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"<input id=text>"})
    elif scope["type"] == "websocket":
        await receive()
        if scope["path"] == "/refuse":
            await send({"type": "websocket.close"})
            return
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            await send(event | {"type": "websocket.send"})


@pytest.fixture(autouse=True)
def notebooks(tmp_path, monkeypatch):
    """A working directory of the test's own; nothing is recorded unasked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WSLAB_RECORD", raising=False)
    return tmp_path


@pytest.fixture
def recording(monkeypatch):
    monkeypatch.setenv("WSLAB_RECORD", "1")


@pytest.fixture
def without_chromium(monkeypatch):
    def forget():
        monkeypatch.setenv("WSLAB_CHROMIUM", "a-browser-that-is-not-there")

    return forget


@needs_chromium
async def test_f36_a_browsers_echo_and_the_same_result_later(
    recording, notebooks, monkeypatch, without_chromium
):
    """Recorded, run again and compared, and shown where there is no Chromium."""
    async with serve(app) as server:
        url, at = server.url("/echo"), server.http_url("/")
        recorded = await browser("echo", ECHO, at=at, url=url, screenshot=True)
        monkeypatch.delenv("WSLAB_RECORD")
    async with serve(app) as server:  # another port
        url, at = server.url("/echo"), server.http_url("/")
        again = await browser("echo", ECHO, at=at, url=url, screenshot=True)
        assert [c.path for c in server.trace.connections] == ["/", "/echo"]

    assert again.value == 1000
    assert again.console == ["got hello"]
    opened, message, closed = again.events
    assert (opened.kind, opened.url) == ("open", "ws://127.0.0.1:PORT/echo")
    assert (message.kind, message.data) == ("message", "hello")
    assert (closed.code, closed.reason, closed.wasClean) == (1000, "ok", True)
    assert again.screenshot.startswith(b"\x89PNG")
    assert str(again) == str(recorded)

    without_chromium()
    shown = await browser("echo", ECHO, at=at, url=url)
    assert shown.stored
    assert shown.version == recorded.version
    assert shown.screenshot == recorded.screenshot
    assert (shown.value, shown.pages) == (recorded.value, recorded.pages)
    first, *rest = str(shown).splitlines()
    assert "stored" in first
    assert rest == str(recorded).splitlines()[1:]


@needs_chromium
async def test_f7_a_refused_handshake_is_a_1006_and_a_403_in_the_console(recording):
    async with serve(app) as server:
        at, url = server.http_url("/"), server.url("/refuse")
        result = await browser("refused", ECHO, at=at, empty=True, url=url)
        assert [c.path for c in server.trace.connections] == ["/refuse"]
    assert [event.kind for event in result.events] == ["error", "close"]
    assert result.value == 1006
    assert "Unexpected response code: 403" in result.console[0]


@needs_chromium
async def test_a_result_that_changed_is_a_diff(recording, monkeypatch):
    await browser("sum", "return 1 + 1")
    monkeypatch.delenv("WSLAB_RECORD")
    with pytest.raises(StoredResultChanged, match=r"(?s)WSLAB_RECORD=1.*-.*2.*\+.*3"):
        await browser("sum", "return 1 + 2")


@pytest.fixture
def travelling(monkeypatch):
    """What this test's notebook carries with it is forgotten after the test."""
    monkeypatch.setattr("wslab.lab.archive._carried", {})


PNG = b"\x89PNG\r\n\x1a\n"
CARRIED = {
    "chromium": "99.0.1",
    "value": 2,
    "pages": [{"url": "about:blank", "console": [], "events": []}],
    "pictures": ["iVBORw0KGgo="],
}


async def test_a_notebook_carries_its_results(travelling, without_chromium):
    without_chromium()
    carry({"sum": CARRIED})
    result = await browser("sum", "return 1 + 1")
    assert (result.value, result.version, result.stored) == (2, "99.0.1", True)
    assert result.screenshot == PNG
    assert "no Chromium is installed here" in str(result)


@needs_chromium
async def test_another_chromium_may_differ_from_a_carried_result(travelling):
    carry({"sum": CARRIED})
    assert (await browser("sum", "return 1 + 1")).value == 2
    with pytest.warns(UserWarning, match=r"(?s)^sum: your Chromium, .*99\.0\.1.*\+.*3"):
        result = await browser("sum", "return 1 + 2")
    assert (result.value, result.stored) == (3, False)
    assert (await browser("a-cell-of-ones-own", "return 4")).value == 4


@needs_chromium
async def test_a_file_beside_the_notebook_comes_before_what_it_carries(
    travelling, recording, monkeypatch
):
    carry({"sum": CARRIED})
    await browser("sum", "return 1 + 2")
    monkeypatch.delenv("WSLAB_RECORD")
    with pytest.raises(StoredResultChanged, match=r"browser/sum\.json"):
        await browser("sum", "return 1 + 1")


@pytest.mark.parametrize("text", ["<<<<<<< HEAD", "[]", "{}"])
async def test_a_file_that_holds_no_result_is_named(notebooks, without_chromium, text):
    without_chromium()
    (notebooks / "browser").mkdir()
    (notebooks / "browser" / "sum.json").write_text(text)
    with pytest.raises(StoredResultChanged, match=r"browser/sum\.json cannot be read"):
        await browser("sum", "return 1 + 1")


@needs_chromium
async def test_a_long_difference_is_cut(recording, monkeypatch):
    await browser("count", "return [...Array(1000).keys()]")
    monkeypatch.delenv("WSLAB_RECORD")
    with pytest.raises(StoredResultChanged) as changed:
        await browser("count", "return [...Array(1000).keys()].map((n) => -n)")
    assert len(str(changed.value).splitlines()) < 100


@needs_chromium
async def test_a_result_is_stored_on_request_only(notebooks):
    with pytest.raises(StoredResultChanged, match="WSLAB_RECORD=1"):
        await browser("sum", "return 1 + 1")
    assert list(notebooks.iterdir()) == []


@needs_chromium
async def test_f38_a_session_with_two_pages_is_stored_as_a_whole(
    recording, without_chromium
):
    async with serve(app) as server:
        url = server.url("/echo")

        @stored("two-pages")
        async def session(chromium):
            first = await chromium.open(server.http_url("/"))
            second = await chromium.open(server.http_url("/"))
            await first.run(ECHO, url=url)
            await first.close()
            await second.page.fill("#text", "typed")
            await second.run("console.error(document.querySelector('#text').value)")
            return {"pages": len(chromium.records)}

        result = await session()
        without_chromium()
        shown = await session()
    assert result.value == shown.value == {"pages": 2}
    assert [len(page.events) for page in shown.pages] == [3, 0]
    assert shown.console == ["got hello", "error: typed"]


@needs_chromium
async def test_pages_of_one_browser_share_cookies_and_differ_in_origin():
    async with serve(app) as one, serve(app) as other, chromium() as started:
        first = await started.open(one.http_url("/"))
        second = await started.open(other.http_url("/"))
        await first.run("document.cookie = 'login=ann; path=/'")
        assert await second.run("return document.cookie") == "login=ann"
        assert await first.run("return origin") != await second.run("return origin")


@needs_chromium
async def test_what_a_script_raises_is_an_error():
    async with chromium() as started:
        tab = await started.open()
        with pytest.raises(ScriptError, match="no such thing"):
            await tab.run("throw new TypeError('no such thing')")


@needs_chromium
async def test_a_browser_leaves_no_process():
    before = psutil.Process().children(recursive=True)
    async with chromium() as started:
        await started.open()
        during = psutil.Process().children(recursive=True)
    assert len(during) > len(before)
    _, alive = psutil.wait_procs([p for p in during if p not in before], timeout=30)
    assert alive == []


async def test_without_a_chromium_nothing_is_pretended(without_chromium):
    without_chromium()
    with pytest.raises(StoredResultChanged, match="nor a stored result"):
        await browser("never-recorded", "return 1")
    with pytest.raises(ChromiumNotFound):
        async with chromium():
            pass


async def test_a_stored_result_is_escaped_in_html(notebooks, without_chromium):
    without_chromium()
    page = {
        "url": "about:blank",
        "console": ["<script>alert(1)</script>"],
        "events": [],
    }
    data = {"chromium": "156.0.1.2", "value": "<b>", "pages": [page]}
    (notebooks / "browser").mkdir()
    (notebooks / "browser" / "hostile.json").write_text(json.dumps(data))
    result = await browser("hostile", "")
    assert isinstance(result, BrowserResult)
    html = result._repr_mimebundle_()["text/html"]
    assert "<script>" not in html
    assert "<b>" not in html
    assert "Chromium 156, a stored result" in html


async def test_a_page_where_nothing_happened_has_no_table(notebooks, without_chromium):
    without_chromium()
    quiet = {"url": "http://127.0.0.1:PORT/quiet", "console": [], "events": []}
    heard = quiet | {"console": ["heard"]}
    data = {"chromium": "156.0.1.2", "value": None, "pages": [quiet, heard]}
    (notebooks / "browser").mkdir()
    (notebooks / "browser" / "quiet.json").write_text(json.dumps(data))
    result = await browser("quiet", "")
    assert isinstance(result, BrowserResult)
    html = result._repr_mimebundle_()["text/html"]
    assert html.count("<table>") == 1
    assert html.count("http://127.0.0.1:PORT/quiet") == 2
