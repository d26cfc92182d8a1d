"""A page that a server serves, on both networks."""

from __future__ import annotations

import asyncio

import pytest

from wslab.lab import serve
from wslab.live.document import get_document

PAGE = "<!doctype html><title>naïve</title>"


async def app(scope, receive, send):
    """Say the query back in a page, in two parts; a path is no page."""
    kind = b"text/html; charset=utf-8" if scope["path"] == "/" else b"text/plain"
    status = 200 if scope["path"] == "/" else 404
    headers = [(b"content-type", kind)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    first = {"type": "http.response.body", "body": PAGE.encode(), "more_body": True}
    await send(first)
    await send({"type": "http.response.body", "body": scope["query_string"]})


async def test_a_page_comes_whole_with_the_query_that_it_was_asked_with():
    async with serve(app, lifespan="off") as server:
        found = await get_document(server.http_url("/?room=tea&user=ada"))
        assert found == f"{PAGE}room=tea&user=ada"


async def test_what_is_no_page_is_refused_with_its_status():
    async with serve(app, lifespan="off") as server:
        with pytest.raises(ValueError, match=r"^/notes is no page: .* 404 Not Found$"):
            await get_document(server.http_url("/notes"))


async def test_a_connection_that_ends_without_an_answer_is_no_page():
    async def hang_up(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ValueError, match="answered nothing"):
            await get_document(f"http://127.0.0.1:{port}/")


async def test_where_a_server_has_stopped_nobody_listens():
    server = await serve(app, lifespan="off")
    url = server.http_url()
    await server.stop()
    with pytest.raises(ConnectionRefusedError):
        await get_document(url)
