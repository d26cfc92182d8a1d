"""The atlas's pages, made of the stored data: every cell is somewhere, and is told."""

import ast
import builtins
import csv
import gzip
import io
import json
import re
from html import escape

import pytest

from wslab.atlas import store
from wslab.atlas.columns import COLUMNS, KINDS
from wslab.atlas.history.history import histories, history_of
from wslab.atlas.history.releases import RELEASES
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.table import SERVERS
from wslab.site.atlas.book import Book
from wslab.site.atlas.explorer import choices, codes
from wslab.site.atlas.pages import HOLE, downloads, pages
from wslab.site.atlas.source import source_of
from wslab.site.atlas.wishes import granting, wishes

INDEX = "atlas/index.md"


@pytest.fixture(scope="module")
def book():
    return Book()


@pytest.fixture(scope="module")
def made(book):
    """The pages by their addresses."""
    return {page.uri: page for page in pages(book)}


def test_every_scenario_and_every_server_has_a_page(made):
    assert {f"atlas/{name}.md" for name in SCENARIOS} <= made.keys()
    assert {f"atlas/servers/{name}.md" for name in SERVERS} <= made.keys()


def test_a_scenarios_page_asks_and_has_a_place_for_every_cell(made):
    for name, scenario in SCENARIOS.items():
        page = made[f"atlas/{name}.md"]
        assert scenario.asks in page.markdown
        assert page.markdown.count(HOLE) == 1
        for column in store.load(name):
            assert f'<details id="{column}"' in page.html, (name, column)


def test_a_server_without_the_option_is_not_counted_among_those_that_do_it(made):
    row = store.load("limit-after-refusals").values()
    asked = [cell for cell in row if cell.usual]
    assert 0 < len(asked) < len(row)
    told = f"{len(asked)} servers that can be asked do it in "
    assert told in made["atlas/limit-after-refusals.md"].markdown


def test_a_scenarios_page_names_what_is_not_the_servers_default(made):
    told = made["atlas/client-answers-no-pings.md"].markdown
    assert "`ping_interval=1`, `ping_timeout=1`" in told
    assert "The server is told" not in made["atlas/handler-returns.md"].markdown


TYPES = {"ASGIApplication", "Iterator", "Receive", "Scope", "Send"}
"""Of annotations: they say something to a reader, and nothing to an interpreter."""


def undefined(code):
    """The global names that code uses and neither defines, imports nor has built in."""
    tree = ast.parse(code)
    used, known = set(), set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else known).add(node.id)
        elif isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef | ast.ClassDef):
            known.add(node.name)
        elif isinstance(node, ast.arg):
            known.add(node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs) and node.name:
            known.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            known |= {alias.name for alias in node.names}
    return used - known


def test_a_scenarios_code_is_whole(made):
    for name, scenario in SCENARIOS.items():
        code = source_of(scenario.app)
        compile(code, name, "exec")
        assert "async def" in code
        assert undefined(code) <= TYPES | {"__name__"}, name
        assert "@scenario" not in code


def test_the_code_of_a_family_says_what_it_was_told():
    assert "1008" in source_of(SCENARIOS["close-with-1008"].app)


def test_each_kind_of_columns_has_its_tables(made):
    tables = {
        "servers": "atlas/index.md",
        "test clients": "atlas/testclients.md",
        "frameworks": "atlas/frameworks.md",
    }
    assert tables.keys() == KINDS.keys()
    for kind, uri in tables.items():
        groups = re.findall("<thead>.*</thead>", made[uri].html)
        assert groups
        for group in groups:
            heads = re.findall(r'<th scope="col" data-server="([\w-]+)">', group)
            assert heads == list(KINDS[kind])


def test_a_cell_of_the_table_links_to_its_place(made):
    html = made["atlas/index.md"].html
    linked = re.findall(r'<a href="([\w-]+)/#([\w-]+)">', html)
    assert linked
    for scenario, column in linked:
        assert column in COLUMNS
        assert f'<details id="{column}"' in made[f"atlas/{scenario}.md"].html


def test_what_is_not_as_a_section_says_is_told_apart_by_its_word(made, book):
    html = made["atlas/servers/granian.md"].html
    must, should = (html.index(f"Departures from a {word}") for word in ("MUST", "SH"))
    assert must < should
    assert "close-with-1005" in html[must:should]


def test_a_test_client_is_not_judged_by_what_only_a_wire_can_show(made):
    def judged(scenario):
        html = made[f"atlas/{scenario}.md"].html
        parts = re.findall(r'<details id="([\w-]+)".*?wa-verdict">(.*?)</span>', html)
        return {column for column, told in parts if told}

    servers, clients = (set(KINDS[kind]) for kind in ("servers", "test clients"))
    assert judged("client-closes-1000") == servers  # RFC 6455, the answering frame
    assert judged("handler-returns") == servers  # ASGI, the end of the connection
    assert judged("empty-text") >= clients  # ASGI, what the application receives


def test_what_is_the_same_over_http2_is_no_difference(made):
    (row,) = re.findall(r'<tr id="close-without-code">.*?</tr>', made[INDEX].html)
    cells = re.findall(r'<td class="([^"]*)" data-views="([^"]*)">', row)
    columns = re.findall(r'#([\w-]+)"', row)
    seen = dict(zip(columns, cells, strict=True))
    assert seen["hypercorn-http2"] == seen["hypercorn"]
    assert "wa-odd" not in seen["hypercorn-http2"][0]


def test_a_page_says_that_its_server_is_spoken_to_in_http2(made):
    assert "RFC 8441" in made["atlas/servers/hypercorn-http2.md"].markdown
    assert "RFC 8441" not in made["atlas/servers/hypercorn.md"].markdown
    (row,) = re.findall(r'<tr id="handshake">.*?</tr>', made[INDEX].html)
    assert '#hypercorn-http2"' not in row
    assert '#hypercorn"' in row


def test_the_table_is_small_enough_for_a_phone(made):
    assert len(gzip.compress(made["atlas/index.md"].html.encode())) < 58_000


def test_the_explorer_has_each_code_and_says_which_may_not_be_sent(book):
    told = {it.scenario: it.with_ for it in choices(book)}
    assert told["close-with-1008"] == "code 1008"
    assert told["close-with-1005"] == "code 1005, may not be sent"
    assert {"handler-returns", "handler-raises", "denial"} <= told.keys()


def test_a_scenarios_page_tells_what_earlier_releases_did(made):
    html = made["atlas/handler-returns.md"].html
    told = history_of("handler-returns")
    section = html[html.index('<h2 id="history">') :]
    assert escape(told.sentence) in section
    assert "<dt>from 0.38.0, before 0.39.0</dt>" in section
    assert "the client: <code>HTTP 101; open after 5 s</code>" in section
    assert "<code>HTTP 101; FIN</code>" not in section


def test_what_came_back_is_told_to_be_as_now(made):
    html = made["atlas/denial.md"].html
    assert "<dt>from 0.38.0, before 0.50.0</dt><dd>as now</dd>" in html


def test_the_cell_of_uvicorns_default_says_since_when_it_is_so(made):
    cells = made["atlas/handler-returns.md"].html.split("<details ")
    dated = [cell for cell in cells if "wa-since" in cell]
    assert [cell.partition('"')[2].partition('"')[0] for cell in dated] == ["uvicorn"]
    assert f"since {history_of('handler-returns').since} " in dated[0]


def test_the_history_has_each_release_and_links_to_what_it_changed(made):
    html = made["atlas/history.md"].html
    parts = re.split(r'<h2 id="[\d-]+">', html)[1:]
    assert [part.partition("<")[0] for part in parts] == [
        it.uvicorn for it in reversed(RELEASES)
    ]
    linked = re.findall(r'<a href="\.\./([\w-]+)/#history">', html)
    assert set(linked) == {
        name for name, history in histories().items() if history.changes
    }
    for name in linked:
        assert '<h2 id="history">' in made[f"atlas/{name}.md"].html
    assert "(../history.md)" in made["atlas/servers/uvicorn.md"].markdown
    assert "(../history.md)" not in made["atlas/servers/daphne.md"].markdown


def test_a_wish_is_granted_by_what_gave_it_on_that_server_and_nothing_else(book):
    asked = {it.scenario: it.number for it in choices(book)}
    known = {wish.sees: wish for wish in wishes(codes(asked))}

    def gives(sees, server):
        return granting(book, known[sees], asked)[server]

    assert gives("403", "uvicorn") == ["close-before-accept"]
    assert gives("401 with a body", "uvicorn") == ["denial"]
    assert gives("401 with a body", "daphne") == []
    assert gives("close 1000", "uvicorn") == ["close-without-code", "close-with-1000"]
    assert gives("close 4001 with a reason", "hypercorn") == ["close-with-reason"]
    assert "handler-returns" in gives("a bare TCP end (1006)", "uvicorn")
    assert gives("close 1005 (may not be sent)", "uvicorn") == []
    assert "no close frame" in known["close 1005 (may not be sent)"].note
    assert gives("close 1001", "daphne") == []  # it gives a 1011 there


def test_the_explorers_page_has_its_answers_without_a_script(made):
    page = made["atlas/explorer.md"].markdown
    listed = page.partition("## All that a client may see")[2]
    assert "<dt>close 1005 (may not be sent)</dt>" in listed
    assert re.search(
        r'<dt>401 with a body</dt><dd><a href="../denial/">denial</a>: .*uvicorn,'
        r".*<br>nothing gives it: .*daphne",
        listed,
    )


def test_an_act_of_an_earlier_client_says_whose_it_is(made):
    page = made["atlas/room-with-one-that-has-closed.md"].markdown
    assert "As(client=1, act=SendFrame(opcode=" in page


def test_the_data_can_be_downloaded(book):
    files = dict(downloads(book))
    assert json.loads(files["atlas/data/history/uvicorn.json"])["scenarios"]
    assert json.loads(files["atlas/data/history/schema.json"])
    names = json.loads(files["atlas/data/index.json"])
    assert sorted(names) == sorted(SCENARIOS)
    assert json.loads(files["atlas/data/handler-returns.json"])["cells"]
    rows = list(csv.DictReader(io.StringIO(files["atlas/atlas.csv"])))
    assert {row["scenario"] for row in rows} == set(SCENARIOS)
    assert {row["conforms"] for row in rows} == {"yes", "no", ""}
