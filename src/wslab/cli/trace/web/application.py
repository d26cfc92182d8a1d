"""The page's ASGI application: files, changes, and what is kept of a connection."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

from wslab.asgi import Receive, Scope, Send
from wslab.cli.trace.replay import as_test
from wslab.cli.trace.web.content import content, payload
from wslab.cli.trace.web.detail import detail, event_of
from wslab.cli.trace.web.guard import SECURITY, Guard, Headers
from wslab.cli.trace.web.kept import Kept, Shelf
from wslab.cli.trace.web.stream import Changing, Stream
from wslab.trace.ladder.sections import ladder_of
from wslab.trace.ladder.svg import ladder_html
from wslab.trace.ladder.text import ladder_text

PAGE = Path(__file__).with_name("page")
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/trace.css": ("trace.css", "text/css; charset=utf-8"),
    "/trace.js": ("trace.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
TEXT = "text/plain; charset=utf-8"
NO_TOKEN = "open the address that wslab trace printed, with its token"
_CONNECTION = re.compile(
    r"/connections/(\d{1,12})(?:/(ladder\.txt|ladder\.svg|test\.py))?"
)
_EVENT = re.compile(r"/connections/(\d{1,12})/events/(\d{1,12})(/payload)?")


class Answer(NamedTuple):
    """A response that is there as a whole."""

    status: HTTPStatus
    kind: str
    body: bytes
    headers: Headers = []  # noqa: RUF012


def _text(status: HTTPStatus, said: str) -> Answer:
    return Answer(status, TEXT, f"{said}\n".encode())


def _json(document: object) -> Answer:
    return Answer(HTTPStatus.OK, "application/json", json.dumps(document).encode())


class Application:
    """Answers requests of the page, and of nobody else; nothing can be changed."""

    def __init__(
        self, shelf: Shelf, changing: Changing, guard: Guard, app: str
    ) -> None:
        """Prepare the application.

        Args:
            shelf: what is shown.
            changing: woken after each change of the shelf.
            guard: who is answered.
            app: what is traced, as "module:app", or the address of a server.
        """
        self._shelf = shelf
        self._changing = changing
        self._app = app
        self._guard = guard
        self._stream = Stream(shelf, changing, secrets.token_hex(8))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if refusal := self._guard.refusal(scope):
            await _send(send, _text(HTTPStatus.FORBIDDEN, refusal))
        elif scope["method"] not in ("GET", "HEAD"):
            await _send(send, _text(HTTPStatus.METHOD_NOT_ALLOWED, "only GET"))
        elif scope["path"] not in FILES and not self._guard.knows(scope):
            await _send(send, _text(HTTPStatus.FORBIDDEN, NO_TOKEN))
        elif scope["path"] == "/changes" and scope["method"] == "GET":
            await self._send_changes(scope, receive, send)
        else:
            await _send(send, self._answer(scope["path"]))

    def _answer(self, path: str) -> Answer:
        if path in FILES:
            name, kind = FILES[path]
            return Answer(HTTPStatus.OK, kind, (PAGE / name).read_bytes())
        if found := _EVENT.fullmatch(path):
            kept = self._shelf.get(int(found[1]))
            return _event(kept, int(found[2]), found[3] is not None)
        if found := _CONNECTION.fullmatch(path):
            return _connection(self._shelf.get(int(found[1])), found[2], self._app)
        return _text(HTTPStatus.NOT_FOUND, "there is no such page")

    async def _send_changes(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send changes until the reader goes, or there are none any more."""
        messages = self._stream.messages(_last_id(scope), app=self._app)
        sending = asyncio.create_task(_send_stream(send, messages))
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            gone.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)


def _connection(kept: Kept | None, form: str | None, app: str) -> Answer:
    """Answer with a connection: as the page's data, or in a form to be copied."""
    if kept is None:
        return _text(HTTPStatus.NOT_FOUND, "this connection is not kept any more")
    if form == "test.py" and "://" in app:
        return _text(HTTPStatus.NOT_FOUND, "no application to import: it is elsewhere")
    if form == "test.py":
        return _text(HTTPStatus.OK, as_test([kept.connection], app))
    ladder = ladder_of([kept.connection])
    if form == "ladder.txt":
        return _text(HTTPStatus.OK, ladder_text(ladder))
    if form == "ladder.svg":
        drawn = ladder_html(ladder).encode()
        return Answer(HTTPStatus.OK, "image/svg+xml", drawn)
    return _json(detail(kept))


def _event(kept: Kept | None, identity: int, raw: bool) -> Answer:
    event = event_of(kept.connection, identity) if kept else None
    if event is None:
        return _text(HTTPStatus.NOT_FOUND, "this event is not kept any more")
    if not raw:
        return _json(content(event))
    data = payload(event)
    body = data.encode(errors="replace") if isinstance(data, str) else data or b""
    save = [(b"content-disposition", b'attachment; filename="payload"')]
    return Answer(HTTPStatus.OK, "application/octet-stream", body, save)


def _last_id(scope: Scope) -> str:
    """Return the id of the latest message that a reader has, "" for none.

    A browser that connects again sends it as a header, a page that does in its query.
    """
    header: bytes = dict(scope["headers"]).get(b"last-event-id", b"")
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return header.decode("latin-1") or query.get("since", [""])[-1]


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, answer: Answer) -> None:
    size = (b"content-length", str(len(answer.body)).encode())
    headers = [*_head(answer.kind), size, *answer.headers]
    start = {"status": int(answer.status), "headers": headers}
    await send({"type": "http.response.start", **start})
    await send({"type": "http.response.body", "body": answer.body})


async def _send_stream(send: Send, messages: AsyncIterator[str]) -> None:
    start = {"status": 200, "headers": _head("text/event-stream")}
    await send({"type": "http.response.start", **start})
    async for message in messages:
        body = {"body": message.encode(), "more_body": True}
        await send({"type": "http.response.body", **body})
    await send({"type": "http.response.body", "body": b""})


def _head(kind: str) -> Headers:
    return [(b"content-type", kind.encode()), *SECURITY]
