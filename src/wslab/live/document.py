"""What a frame shows: a page as a browser gets it from a server, or a script."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_TYPE = re.compile(rb"^content-type: *text/html\b", re.M | re.I)


async def get_document(url: str) -> str:
    """Return the HTML at an address, as text.

    It is asked for in HTTP/1.0, where the end of the connection is that of the page.

    Args:
        url: with the scheme "http", a host and a port.

    Raises:
        OSError: nobody listens there, or the connection broke.
        ValueError: what came is no page; the message has the status.
    """
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    request = f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\nAccept: text/html\r\n"
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(f"{request}\r\n".encode())
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if not _TYPE.search(head):
        status = head.decode("latin-1").partition("\r\n")[0] or "nothing"
        raise ValueError(f"{target} is no page: the server answered {status}")
    return body.decode(errors="replace")


def module_of(body: str, variables: Mapping[str, Any]) -> str:
    """Return a module that runs a function's body, and logs what that returns.

    The event `scriptbegun` is the window's before that, and `scriptended` after it.

    Args:
        body: JavaScript that may await, as `wslab.lab.browser` takes it.
        variables: plain data, seen by the body under their names.
    """
    function = f"async ({{ {', '.join(variables)} }}) => {{\n{body}\n}}"
    return f"""dispatchEvent(new Event("scriptbegun"));
try {{
const value = await ({function})({json.dumps(variables)});
if (value !== undefined) console.log(value);
}} finally {{
dispatchEvent(new Event("scriptended"));
}}
"""
