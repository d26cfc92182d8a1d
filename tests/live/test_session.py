"""A page's session: cells run as in a kernel, with nothing but one thread."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from wslab.site.live.assets import Assets

from .page import Page, opened

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="module"),
]

ECHO = """
import asyncio
import sys
from websockets.asyncio.client import connect
from wslab import Application
from wslab.lab import serve

app = Application()


@app.websocket_route("/echo")
async def echo(ws):
    async for text in ws:
        print("handler:", text)
        await ws.send(text)


server = await serve(app)
"""

CALLS = """
async def call(text):
    async with connect(server.url("/echo")) as client:
        await client.send(text)
        return await client.recv()
"""


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[False, True],
    ids=["without-jspi", "with-jspi"],
)
async def page(assets: Assets, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """One interpreter for all tests, since its start takes the time; with a server."""
    async with opened(assets, [], request.param) as page:
        assert page.waits is request.param
        assert (await page.run(ECHO)).text == ""
        assert (await page.run(CALLS)).text == ""
        yield page


async def test_the_last_value_is_shown(page: Page):
    assert (await page.run("a = 1\na + 1")).text == "2"
    assert (await page.run("_ + 40")).text == "42"
    assert (await page.run("a;")).outputs == []
    assert (await page.run("None")).outputs == []
    assert (await page.run("{'b': 1, 'a': [2] * 40}")).text.count("\n") == 40


async def test_values_have_rich_forms(page: Page):
    ran = await page.run(
        "from IPython.display import HTML, Markdown\ndisplay(HTML('<b>x</b>'))\n"
        "Markdown('*y*')"
    )
    assert [it["output_type"] for it in ran.outputs] == [
        "display_data",
        "execute_result",
    ]
    assert ran.outputs[0]["data"]["text/html"] == "<b>x</b>"
    assert ran.outputs[1]["data"]["text/markdown"] == "*y*"


async def test_streams_come_in_order(page: Page):
    ran = await page.run(
        "import sys\nprint('one', 1)\nprint('two', file=sys.stderr)\nprint('3', end='')"
    )
    assert [(it["name"], it["text"]) for it in ran.outputs] == [
        ("stdout", "one 1\n"),
        ("stderr", "two\n"),
        ("stdout", "3"),
    ]


async def test_a_traceback_names_the_cell(page: Page):
    ran = await page.run("def f():\n    return 1 / 0\n\n\nf()")
    assert ran.status == "error"
    [error] = ran.outputs
    assert (error["ename"], error["evalue"]) == (
        "ZeroDivisionError",
        "division by zero",
    )
    lines = [it for it in error["traceback"] if it.startswith("  File")]
    assert [it.partition("]")[2] for it in lines] == [
        '", line 5, in <module>',
        '", line 2, in f',
    ]
    assert lines[0].startswith('  File "Cell In[')
    ran = await page.run("a = 1\nb = = 2")
    assert ran.outputs[0]["ename"] == "SyntaxError"
    assert 'File "Cell In[' in ran.text


async def test_a_loop_is_running(page: Page):
    ran = await page.run("import asyncio\nasyncio.run(asyncio.sleep(0))")
    assert ran.error == "asyncio.run() cannot be called from a running event loop"
    assert "RuntimeWarning: coroutine 'sleep' was never awaited" in ran.text


async def test_a_warning_names_no_file(page: Page):
    ran = await page.run("import warnings\nwarnings.warn('careful')")
    assert ran.text == "cell:2: UserWarning: careful\n  warnings.warn('careful')\n"


async def test_a_task_writes_under_its_own_cell(page: Page):
    first = page.begin(
        "async def late():\n    await event.wait()\n    print('late')\n\n\n"
        "event = asyncio.Event()\ntask = asyncio.create_task(late())",
        "first",
    )
    assert (await page.end(first)).outputs == []
    run = page.begin("event.set()\nawait task\nprint('second')", "second")
    heard = []
    while (message := await page.hear())["type"] != "done":
        heard.append((message["run"], message["output"]["text"]))
    assert heard == [(first, "late\n"), (run, "second\n")]


async def test_a_server_writes_under_the_running_cell(page: Page):
    assert (await page.run("await call('tea')")).text == "handler: tea\n'tea'"
    ran = await page.run("server.trace")
    assert "text 3 B" in ran.text or '"tea"' in ran.text
    assert ran.outputs[0]["data"]["text/html"].startswith("<svg")


async def test_clients_that_block_reach_the_server(page: Page):
    ran = await page.run(
        "from urllib.request import urlopen\nfrom urllib.error import HTTPError\n"
        "try: urlopen(server.http_url('/none'))\n"
        "except HTTPError as error: print(error.code)\n"
        "import socket\n"
        "with socket.create_connection(('127.0.0.1', server.port), 5) as s:\n"
        "    s.sendall(b'GET /none HTTP/1.1\\r\\nHost: x\\r\\n')\n"
        "    s.sendall(b'Connection: close\\r\\n\\r\\n')\n"
        "    print(s.makefile('rb').readline())\n"
        "try: socket.create_connection(('127.0.0.1', 1))\n"
        "except ConnectionRefusedError: print('refused')\n"
        "try: socket.create_connection(('example.com', 80))\n"
        "except OSError as error: print(error)\n"
        "from websockets.sync import client\n"
        "try: client.connect(server.url())\n"
        "except RuntimeError as error: print(error)"
    )
    assert ran.text == (
        "404\nb'HTTP/1.1 404 Not Found\\r\\n'\nrefused\n"
        "[Errno -2] Name or service not known\n"
        "can't start new thread: a page has one thread only\n"
    ), ran.text


async def test_sleeps_and_events_let_the_others_go_on(page: Page):
    ran = await page.run(
        "import threading, time, queue\n"
        "asked = asyncio.create_task(call('meanwhile'))\n"
        "told = queue.SimpleQueue()\n"
        "asyncio.get_running_loop().call_later(0.01, told.put, 'told')\n"
        "print(await asyncio.to_thread(told.get, timeout=30))\n"
        "print(threading.Event().wait(0.01))\n"
        "async def counted(): return 3\n"
        "loop = asyncio.get_running_loop()\n"
        "print(asyncio.run_coroutine_threadsafe(counted(), loop).result(30))\n"
        "time.sleep(0.01)\n"
        "await asked"
    )
    assert ran.text.replace("handler: meanwhile\n", "") == (
        "told\nFalse\n3\n'meanwhile'"
    )


async def test_what_a_page_lacks_says_so(page: Page):
    ran = await page.run("import threading\nthreading.Thread(target=print).start()")
    assert "a page has one thread only" in ran.error
    ran = await page.run("import asyncio\nawait asyncio.create_subprocess_exec('true')")
    assert "a page has one process only" in ran.error
    ran = await page.run("input('Your name: ')")
    assert "a page has no input()" in ran.error


async def test_deep_json_does_not_end_python(page: Page):
    ran = await page.run("import json\njson.loads('[' * 100_000)")
    assert ran.outputs[0]["ename"] == "RecursionError"
    assert (await page.run("json.loads('[{\"a\": [1]}]')")).text == "[{'a': [1]}]"


async def test_sys_exit_ends_its_cell_alone(page: Page):
    ran = await page.run("import sys\nsys.exit(3)")
    assert (ran.status, ran.outputs[0]["ename"]) == ("error", "SystemExit")
    ran = await page.run(
        "async def leave(): sys.exit(4)\n"
        "task = asyncio.create_task(leave())\nawait asyncio.sleep(0)\n1"
    )
    assert ran.status == "ok"
    assert (await page.run("2")).text.endswith("2")


async def test_cells_wait_for_each_other(page: Page):
    first = page.begin("await asyncio.sleep(0.05)\nx = 'set'")
    second = page.begin("x")
    assert (await page.end(first)).status == "ok"
    assert (await page.end(second)).text == "'set'"


async def test_stop_cancels_what_waits(page: Page):
    first = page.begin(
        "try:\n    print('begun')\n    await asyncio.sleep(600)\n"
        "finally:\n    print('cleaned up')"
    )
    second = page.begin("'never'")
    assert (await page.hear())["output"]["text"] == "begun\n"
    page.say(type="stop")
    ends, texts = {}, []
    while len(ends) < 2:
        message = await page.hear()
        if message["type"] == "done":
            ends[message["run"]] = message["status"]
        else:
            texts.append(text_of_stream(message))
    assert ends == {first: "cancelled", second: "cancelled"}
    assert texts[0] == "cleaned up\n"
    assert (await page.run("'goes on'")).text == "'goes on'"


def text_of_stream(message):
    return message["output"].get("text")


async def test_stop_reaches_a_cell_that_blocks(page: Page):
    if not page.waits:
        pytest.skip("without JSPI a worker that blocks hears nothing")
    run = page.begin("import time\nprint('blocks')\ntime.sleep(600)")
    assert (await page.hear())["output"]["text"] == "blocks\n"
    page.say(type="stop")
    assert (await page.end(run)).status == "cancelled"
    assert (await page.run("await call('after')")).text == "handler: after\n'after'"


async def test_it_knows_what_cells_need(page: Page):
    page.say(type="needs", sources=["a = 1", "b = 2", "a"])
    assert (await page.hear())["needs"] == [[], [], [0]]


PAGES = """
async def pages(scope, receive, send):
    kind = [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": kind})
    await send({"type": "http.response.body", "body": scope["query_string"]})


app.http = pages
"""


async def visited(page, **wanted):
    page.say(type="visit", **wanted)
    while (message := await page.hear())["type"] != "visited":
        pass
    return message


async def test_a_page_of_a_server_also_while_a_cell_runs(page):
    assert (await page.run(PAGES)).text == ""
    url = (await page.run("server.http_url()")).text.strip("'")
    run = page.begin("import asyncio\n\nawait asyncio.Event().wait()")
    found = await visited(page, asked=1, server="server", path="/?user=ada")
    assert (found["asked"], found["source"], found["error"]) == (1, "user=ada", "")
    assert found["url"] == f"{url}?user=ada"
    page.say(type="stop")
    assert (await page.end(run)).status == "cancelled"


async def test_a_page_of_no_server_is_an_error_that_says_why(page):
    found = await visited(page, asked=2, server="nobody", path="/")
    assert found["error"] == "no cell that has run has made 'nobody'"
    await page.run("gone = await serve(app)\nawait gone.stop()", "gone")
    found = await visited(page, asked=3, server="gone", path="/")
    assert found["error"].startswith("this server has stopped; run In [")


REFUSED = """
gone = await serve(app)
url = gone.url("/echo")
await gone.stop()
await connect(url)
"""


async def test_a_refusal_says_which_cell_started_the_server_that_was_there(page):
    ran = await page.run(REFUSED, "gone")
    assert ran.status == "error"
    (error,) = ran.outputs
    assert error["ename"] == "ConnectionRefusedError"
    (number,) = re.findall(r'"Cell In\[(\d+)\]", line 5', error["traceback"][1])
    note = f"stopped; run In [{number}] again, the cell that started it."
    assert error["traceback"][-1].endswith(note)


SCRIPT = """
from wslab.lab import browser, serve

async with serve(app) as server:
    at, url = server.http_url("/"), server.url("/echo")
    script = "return [url, twice * 2]"
    await browser("unknown", script, at=at, empty=True, url=url, twice=1)
"""


async def script_of(page, source):
    """Begin a cell; return by what it is known, and the script that it has us run."""
    run = page.begin(source, "scripted")
    while (message := await page.hear())["type"] != "script":
        assert message["type"] != "done"
    assert (message["run"], message["cell"]) == (run, "scripted")
    return run, message


async def test_a_cell_has_the_page_run_a_script_and_waits_for_its_end(page):
    run, message = await script_of(page, SCRIPT)
    origin = message["url"].rstrip("/")
    url = f"{origin.replace('http', 'ws')}/echo"
    function = f'return [url, twice * 2]\n}})({{"url": "{url}", "twice": 1}});'
    assert function in message["source"]
    page.say(type="connect", socket="1", url=url, protocols=[], origin=origin)
    while (told := await page.hear())["type"] != "opened":  # the server is still there
        assert told["type"] != "closed"
    page.say(type="ended", script=message["script"])
    assert "there is neither a Chromium nor a stored result" in (
        (await page.end(run)).error
    )


async def test_a_cell_that_waits_for_a_script_can_be_stopped(page):
    run, message = await script_of(page, SCRIPT)
    page.say(type="stop")
    assert (await page.end(run)).status == "cancelled"
    page.say(type="ended", script=message["script"])
    assert (await page.run("1")).text == "1"


async def test_a_script_for_a_page_with_something_in_it_is_not_run(page):
    ran = await page.run(SCRIPT.replace("empty=True", "empty=False"))
    assert ran.status == "error"
    assert ran.scripts == []
