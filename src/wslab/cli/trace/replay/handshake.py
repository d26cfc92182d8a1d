"""The client's handshake, as the arguments of the `websockets` library's `connect`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wslab.cli.trace.replay.literal import literal
from wslab.trace.masking import MASK
from wslab.trace.model import Head

_OF_THE_LIBRARY = frozenset(
    (
        *("host", "upgrade", "connection", "origin", "user-agent"),
        *("sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions"),
        *("sec-websocket-protocol", "content-length", "transfer-encoding"),
    )
)
"""Headers that are no additional ones: `connect` makes them, or has an argument."""

_LABEL = re.compile(r"([\w-]+)[=.:]$", re.ASCII)


class Secrets:
    """What is masked in a recording: a constant for each, to be filled in.

    Attributes:
        names: the constants, each with what it stands for, in their order.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def expression(self, text: str, place: str) -> str:
        """Return a text as an expression, with constants where it is masked.

        Args:
            text: as it was recorded.
            place: what it is, as "the path".
        """
        first, *rest = text.split(MASK)
        parts = [first]
        for part in rest:
            parts += [self._name(parts[-1], place), part]
        shown = [
            part if index % 2 else literal(part)
            for index, part in enumerate(parts)
            if part or len(parts) == 1
        ]
        return " + ".join(shown)

    def _name(self, before: str, place: str) -> str:
        label = _LABEL.search(before)
        word = label[1] if label else place.rpartition(" ")[2]
        name = "SECRET_" + re.sub(r"\W", "_", word, flags=re.ASCII).upper()
        self.names.setdefault(name, f"{word}, in {place}" if label else place)
        return name


def arguments(request: Head, secrets: Secrets) -> Iterator[str]:
    """Yield the arguments of `connect` that make a request like this one.

    `server` is the name of the server that it goes to.
    """
    yield f"server.url({secrets.expression(request.target, 'the path')})"
    if offered := request.get("sec-websocket-protocol"):
        names = [name.strip() for name in offered.split(",")]
        shown = [secrets.expression(name, "a subprotocol") for name in names]
        yield f"subprotocols=[{', '.join(shown)}]"
    if (origin := request.get("origin")) is not None:
        yield f"origin={_origin(origin, request.get('host') or '', secrets)}"
    others = [it for it in request.headers if it[0].lower() not in _OF_THE_LIBRARY]
    if others:
        pairs = "".join(f"    {it},\n" for it in _pairs(others, secrets))
        yield f"additional_headers=[\n{pairs}]"
    agent = request.get("user-agent")
    if agent is not None and "websockets/" not in agent:
        value = secrets.expression(agent, "the header User-Agent")
        yield f"user_agent_header={value}"
    if "permessage-deflate" not in (request.get("sec-websocket-extensions") or ""):
        yield "compression=None"


def _origin(origin: str, host: str, secrets: Secrets) -> str:
    """Return the origin; that of the server itself follows it to another port."""
    scheme, separator, name = origin.partition("://")
    if separator and name == host:
        return f'f"{scheme}://127.0.0.1:{{server.port}}"'
    return secrets.expression(origin, "the header Origin")


def _pairs(headers: list[tuple[str, str]], secrets: Secrets) -> Iterator[str]:
    for name, value in headers:
        shown = secrets.expression(value, f"the header {name}")
        yield f"({literal(name)}, {shown})"
