"""A measured row for a chapter: which columns it shows, in which order."""

import pytest

from wslab.atlas import measured


def first_column(row):
    """The names of the servers and test clients in the row's table."""
    _, table, _ = str(row).split("\n\n")
    return [line.partition("  ")[0] for line in table.splitlines()]


def test_a_row_shows_servers_first_of_them_uvicorns_default():
    head, first, *_ = first_column(measured("handler-returns"))
    assert head == "server"
    assert first.startswith("uvicorn, websockets-sansio ")


def test_a_row_of_test_clients_shows_them_beside_uvicorns_default():
    row = measured("handler-returns", columns="test clients")
    head, first, *others = first_column(row)
    assert head == "server or test client"
    assert first.startswith("uvicorn, websockets-sansio ")
    assert [it.rpartition(" ")[0] for it in others] == [
        "Starlette's TestClient",
        "httpx-ws",
        "Channels' WebsocketCommunicator",
        "wslab.testing",
    ]
    assert row.on("starlette-testclient").client == ("HTTP 101", "open after 5 s")
    assert (
        '<th scope="col">Server or test client</th>'
        in row._repr_mimebundle_()["text/html"]
    )


def test_a_test_client_that_cannot_be_asked_says_why():
    row = measured("message-over-the-limit", columns="test clients")
    with pytest.raises(LookupError, match="has no such option"):
        row.on("starlette-testclient")


def test_a_row_has_only_the_columns_of_its_kind():
    with pytest.raises(LookupError, match="no 'httpx-ws' among"):
        measured("handler-returns").on("httpx-ws")
    with pytest.raises(LookupError, match="only servers, test clients, frameworks"):
        measured("handler-returns", columns="browsers")


def test_a_question_to_frameworks_is_shown_for_each():
    row = measured("framework-close-code", columns="frameworks")
    head, *frameworks = first_column(row)
    assert head == "framework"
    assert frameworks[0] == "plain ASGI"
    assert any(it.startswith("FastAPI ") for it in frameworks)
    with pytest.raises(LookupError, match='ask for columns="frameworks"'):
        measured("framework-close-code")


def test_code_in_a_question_is_marked_up_in_html():
    table = measured("send-after-close")._repr_mimebundle_()["text/html"]
    assert "Does <code>send</code> raise an OSError? Measured " in table
    assert "`" not in table
