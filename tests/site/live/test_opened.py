"""What of a chapter's cells opens in the playground, rule by rule."""

from wslab.site.live.cells.opening import opened

APPLICATION = """async def app(scope, receive, send):
    await receive()
    await send({"type": "websocket.close"})"""
VISIT = """async def visit(at, path):
    async with connect(at.url(path)) as client:
        return client.close_code"""
IMPORTS = """from websockets.asyncio.client import connect
from wslab.lab import serve"""
SERVE = 'server = await serve(app, lifespan="off", ws_ping_timeout=0.5)'


def test_options_of_uvicorns_come_along():
    told = 'async with connect(server.url("/a")) as client:\n    await client.close()'
    cells = {"imports": IMPORTS, "app": APPLICATION, "serve": SERVE, "told": told}
    project = opened("name", cells, set())["app"]
    assert project.options == {"lifespan": "off", "ws_ping_timeout": 0.5}
    assert project.application == f"{APPLICATION}\n"
    assert project.client == (
        "from websockets.asyncio.client import connect\n\n"
        'async with connect("ws://127.0.0.1:8000/a") as client:\n'
        "    await client.close()\n"
    )


def test_a_client_whose_function_asks_the_server_has_its_addresses():
    cells = {"imports": IMPORTS, "app": APPLICATION, "serve": SERVE, "visit": VISIT}
    cells["told"] = 'assert await visit(server, "/a") == 1000'
    client = opened("name", cells, set())["app"].client
    assert client.startswith(
        "class server:  # its addresses\n"
        '    def url(path="/"):\n'
        '        return f"ws://127.0.0.1:8000{path}"\n\n\n'
        "from websockets.asyncio.client import connect\n"
    )
    assert client.endswith('\nassert await visit(server, "/a") == 1000\n')
    compile(client.partition("\nassert")[0], "client", "exec")


def test_what_looks_at_the_trace_is_no_client():
    cells = {"imports": IMPORTS, "app": APPLICATION, "serve": SERVE}
    cells["visit"] = VISIT.replace("client.close_code", "at.trace")
    cells["told"] = 'await visit(server, "/a")'
    assert opened("name", cells, set()) == {}


def test_a_name_within_a_function_is_not_the_servers():
    cells = {"imports": IMPORTS, "app": APPLICATION, "serve": SERVE}
    cells["visit"] = VISIT.replace("at", "server")
    cells["told"] = 'await visit(other, "/a")'
    assert opened("name", cells, set()) == {}


def test_a_constant_is_the_applications_and_the_clients():
    told = 'async with connect(server.url("/")) as client:\n    await client.send(WORD)'
    cells = {"imports": IMPORTS, "word": 'WORD = "hello"', "serve": SERVE, "told": told}
    cells["app"] = f"{APPLICATION[:-2]}, 'reason': WORD}})"
    order = ("imports", "word", "app", "serve", "told")
    project = opened("name", {it: cells[it] for it in order}, set())["app"]
    assert project.application.startswith('WORD = "hello"\n')
    assert project.client.count('WORD = "hello"\n') == 1
    cells |= {it: cells[it].replace("WORD", "word") for it in ("word", "app", "told")}
    assert opened("name", {it: cells[it] for it in order}, set()) == {}
