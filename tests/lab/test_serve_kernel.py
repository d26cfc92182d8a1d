"""`serve` in a real kernel: output in the right cell, replacement, interrupts, exit."""

from __future__ import annotations

import signal
import socket
import time

import psutil
import pytest

APP = """
import asyncio, threading
from websockets.asyncio.client import connect
from wslab.lab import serve

async def app(scope, receive, send):
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        print("handler got", event["text"])
        if event["text"] == "boom":
            raise ValueError("boom")
        await send({"type": "websocket.send", "text": event["text"]})
    print("handler saw the client go")

async def ask(text):
    async with connect(server.url()) as client:
        await client.send(text)
        return await client.recv()
"""


@pytest.fixture
def lab(kernel):
    """A kernel in which `server` serves `app`."""
    assert not kernel.run(APP).error
    assert not kernel.run("server = await serve(app)").error
    return kernel


def test_prints_of_a_handler_land_in_the_cell_that_provoked_them(lab):
    """More often than chance would have it, the last print included."""
    for number in range(10):
        cell = lab.run(f"await ask('{number}')")
        assert cell.stdout == f"handler got {number}\nhandler saw the client go\n"
        assert cell.result == f"'{number}'"
        assert cell.elsewhere == []


def test_queued_cells_each_get_their_own_output(lab):
    requests = [lab.send(f"await ask('{number}')") for number in range(5)]
    for number, request in enumerate(requests):
        assert f"handler got {number}\n" in lab.output(request).stdout


def test_f26_a_traceback_lands_in_the_cell_that_provoked_it(lab):
    cell = lab.run(
        "async with connect(server.url()) as client:\n"
        "    await client.send('boom')\n"
        "    await client.wait_closed()"
    )
    assert cell.stderr.count("ValueError: boom") == 1
    assert 'File "Cell In[' in cell.stderr
    assert 'raise ValueError("boom")' in cell.stderr
    assert "uvicorn" not in cell.stderr
    assert lab.run("server.errors").result == "[ValueError('boom')]"


def test_output_after_a_completion_still_lands_in_a_cell(lab):
    """A front end's other requests are no cells; their output is shown nowhere."""
    request = lab.send("client = await connect(server.url())")
    lab.output(request)
    lab.client.complete("ser", reply=True, timeout=60)
    port = int(lab.run("server.port").result)
    last = lab.send("1")
    lab.output(last)
    lab.client.complete("ser", reply=True, timeout=60)
    with _raw_client(port) as sock:
        sock.sendall(b"\x81\x82\0\0\0\0hi")
        assert sock.recv(100) == b"\x81\x02hi"
    assert _late_output(lab, last) == "handler got hi\nhandler saw the client go\n"
    lab.run("await client.close()")


def _raw_client(port):
    sock = socket.create_connection(("127.0.0.1", port), timeout=30)
    sock.sendall(
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    return sock


def _late_output(lab, request):
    text, deadline = "", time.monotonic() + 30
    while "client go" not in text and time.monotonic() < deadline:
        message = lab.client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") == request:
            text += message["content"].get("text", "")
    return text


def test_running_a_cell_again_replaces_its_server(lab):
    before = lab.run("old = server; old.port").result
    assert not lab.run("server = await serve(app)").error
    assert lab.run("old.running, server.running").result == "(False, True)"
    assert lab.run("server.port").result != before


def test_an_edited_cell_replaces_its_server(kernel):
    kernel.run(APP)
    kernel.run("first = await serve(app)", cell_id="a1")
    kernel.run("# edited\nsecond = await serve(app)", cell_id="a1")
    assert kernel.run("first.running, second.running").result == "(False, True)"


def test_another_cell_replaces_nothing(kernel):
    kernel.run(APP)
    kernel.run("first = await serve(app)", cell_id="a1")
    kernel.run("second = await serve(app)", cell_id="b2")
    assert kernel.run("first.running, second.running").result == "(True, True)"


def test_one_execution_may_start_several_servers(kernel):
    kernel.run(APP)
    kernel.run("servers = [await serve(app) for _ in range(2)]")
    assert kernel.run("[s.running for s in servers]").result == "[True, True]"


def test_an_interrupted_start_leaves_nothing(own_kernel):
    """In a kernel where no server's thread has printed.

    ipykernel keeps a pipe for each thread that did, and closes it some time later.
    """
    own_kernel.run(
        APP + "\nloop = asyncio.get_running_loop()\n"
        "async def slow(scope, receive, send):\n"
        "    loop.call_soon_threadsafe(print, 'starting')\n"
        "    await asyncio.Event().wait()"
    )
    assert not own_kernel.run("async with serve(app): pass").error
    before = _held(own_kernel)
    request = own_kernel.send("await serve(slow)")
    _wait_for_stream(own_kernel, "starting")
    psutil.Process(own_kernel.pid).send_signal(signal.SIGINT)
    cell = own_kernel.output(request)
    assert cell.error.split(":")[0] in ("CancelledError", "KeyboardInterrupt")
    deadline = time.monotonic() + 30
    while (now := _held(own_kernel)) != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert now == before


def _held(kernel):
    """The kernel's sockets and descriptors, its threads and its loop's tasks."""
    inside = kernel.run(
        "[sorted(thread.name for thread in threading.enumerate()),\n"
        " sorted(task.get_coro().__qualname__ for task in asyncio.all_tasks())]"
    )
    process = psutil.Process(kernel.pid)
    sockets = set(process.net_connections("all"))
    return inside.error, inside.result, sockets, process.num_fds()


def _wait_for_stream(kernel, text):
    while text not in kernel.client.get_iopub_msg(timeout=30)["content"].get(
        "text", ""
    ):
        pass


def test_a_stopped_server_names_the_cell_that_starts_it(lab):
    count = int(
        lab.run("server = await serve(app); get_ipython().execution_count").result
    )
    lab.run("await server.stop()")
    message = (
        f"this server has stopped; run In [{count}] again, the cell that started it"
    )
    assert lab.run("await ask('x')").error == f"RuntimeError: {message}"
    assert lab.run("server.http_url()").error == f"RuntimeError: {message}"
    asked = lab.run("await server.run(asyncio.sleep(0))")
    assert (asked.error, asked.stderr) == (f"RuntimeError: {message}", "")


def test_a_start_up_that_exits_is_the_cells_exception(kernel):
    kernel.run(
        APP + "\nasync def exits(scope, receive, send):\n"
        "    await receive()\n"
        "    raise SystemExit(1)"
    )
    cell = kernel.run("await serve(exits)")
    assert cell.error == "LifespanError: startup failed: SystemExit: 1"


def test_a_cell_that_is_run_again_while_its_server_stops(lab):
    """The stop is interrupted in the middle; running the cell again finishes it."""
    lab.run(
        "async def deaf(scope, receive, send):\n"
        "    if scope['type'] == 'websocket':\n"
        "        await receive()\n"
        "        await send({'type': 'websocket.accept'})\n"
        "        await asyncio.Event().wait()"
    )
    source = "server = await serve(deaf)\nclient = await connect(server.url())"
    assert not lab.run(source, cell_id="a1").error
    lab.run("first = server")
    request = lab.send("print('stopping')\nawait server.stop(20)")
    _wait_for_stream(lab, "stopping")
    psutil.Process(lab.pid).send_signal(signal.SIGINT)
    assert lab.output(request).error
    assert not lab.run(source, cell_id="a1").error
    assert lab.run("first.running, server.running").result == "(False, True)"


def test_a_lifespan_failure_is_the_cells_exception(kernel):
    kernel.run(
        APP + "\nasync def broken(scope, receive, send):\n"
        "    await receive()\n"
        "    raise ConnectionError('no database')"
    )
    cell = kernel.run("await serve(broken)")
    expected = "LifespanError: startup failed: ConnectionError: no database"
    assert cell.error == expected
    assert cell.stderr == ""


def test_a_kernel_that_ends_leaves_nothing(own_kernel):
    own_kernel.run(
        APP + "\nserver = await serve(app)\nclient = await connect(server.url())"
    )
    port = int(own_kernel.run("server.port").result)
    process = psutil.Process(own_kernel.pid)
    family = [process, *process.children(recursive=True)]
    own_kernel.client.shutdown()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)


def test_a_cell_that_is_run_again_closes_the_line_that_it_opened(lab):
    opened = "from wslab.lab import Line\nline = await Line(server).open()\nline.port"
    ports = [lab.run(opened).result for _ in range(2)]
    assert None not in ports
    listening = [
        each.laddr.port
        for each in psutil.Process(lab.pid).net_connections()
        if each.status == psutil.CONN_LISTEN
    ]
    assert int(ports[0]) not in listening
    assert int(ports[1]) in listening
