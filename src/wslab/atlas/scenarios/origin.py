"""Whether a server looks at Origin."""

from __future__ import annotations

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Connect, Watch
from wslab.atlas.scenario import scenario

SECTION = "RFC 6455, section 10.2"


async def welcomes(scope: Scope, receive: Receive, send: Send) -> str:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})
    origins = [value for name, value in scope["headers"] if name == b"origin"]
    return f"origins: {origins}"


for _name, _asks, _origins in (
    ("origin-none", "There is no Origin, as no browser does it", ()),
    ("origin-own", "Origin is the server's own host", ("http://127.0.0.1",)),
    ("origin-other", "Origin is another site", ("https://example.org",)),
    ("origin-null", 'Origin is "null", as of a sandboxed frame', ("null",)),
    ("origin-twice", "Origin comes twice", ("http://127.0.0.1", "https://example.org")),
):
    scenario(
        f"{_asks}: does the server let it through?",
        [Connect(headers=tuple(("origin", value) for value in _origins)), Watch()],
        source=SECTION,
        name=_name,
    )(welcomes)
