"""One connection in a row of the page's list, as plain data."""

from __future__ import annotations

from typing import Any

from wslab.cli.trace.tally import Flow
from wslab.cli.trace.web.kept import Kept
from wslab.trace.explain import explain
from wslab.trace.model import Connection, TcpEnd

JSON = dict[str, Any]


def summary(kept: Kept) -> JSON:
    """Return what the list shows of a connection; times are in seconds.

    "status" is that of a response which made no WebSocket, "code" a close code;
    "duration" is None while it lives, and "running" says that the application's call
    has outlived the connection.
    """
    connection, tally = kept.connection, kept.tally
    response = connection.handshake.response
    refused = response is not None and not connection.handshake.is_accepted
    why = explain(connection) if connection.is_over else None
    return {
        "number": connection.number,
        "version": kept.version,
        "live": not connection.is_over,
        "running": not connection.is_open and connection.calls > 0,
        "websocket": kept.is_websocket,
        "path": connection.path,
        "client": connection.client,
        "code": connection.close_code,
        "status": response.status if response and refused else None,
        "reason": connection.close_reason,
        "closedBy": connection.closed_by,
        "began": connection.began,
        "duration": _duration(connection),
        "fromClient": _flow(tally.client),
        "fromServer": _flow(tally.server),
        "whole": tally.is_whole,
        "cause": why.cause if why else None,
        "why": why.text if why else None,
        "failed": bool(why and why.failed),
    }


def _flow(flow: Flow) -> JSON:
    return {"messages": flow.messages, "bytes": flow.bytes}


def _duration(connection: Connection) -> float | None:
    """Return the seconds until it ended: the TCP connection, if that was seen."""
    if not connection.is_over or not connection.times:
        return None
    both = zip(connection.times, connection.events, strict=True)
    ends = (at for at, event in both if isinstance(event, TcpEnd))
    return next(ends, connection.times[-1])
