"""`--json`: a JSON object a line, for other programs."""

from __future__ import annotations

import json
from typing import Any, TextIO

from wslab.cli.trace.teller import Telling
from wslab.trace.document import event_to_json
from wslab.trace.explain import explain
from wslab.trace.model import Connection
from wslab.trace.watch import View


def view(stream: TextIO) -> View:
    """Return the view that writes to a stream."""
    return Telling(Lines(stream))


class Lines:
    """Tells in JSON: an object for each event, for each end, and for what is missing.

    Their keys are those that `site_src/trace.md` lists.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def tell(self, new: Connection) -> None:
        """Write an object for each event, and one where some are missing."""
        objects: list[dict[str, Any]] = [
            {"connection": new.number, "time": at, "event": event_to_json(event)}
            for at, event in zip(new.times, new.events, strict=True)
        ]
        if new.left_out:
            missing = {"connection": new.number, "left_out": new.left_out}
            objects.insert(new.gap, missing)
        self._write(*objects)

    def conclude(self, whole: Connection) -> None:
        """Write its summary."""
        self._write({"connection": whole.number, "summary": summary(whole)})

    def leave_out(self, count: int) -> None:
        """Write how many connections are missing."""
        self._write({"connections_left_out": count})

    def close(self) -> None:
        """Do nothing: each line has been written."""

    def _write(self, *objects: dict[str, Any]) -> None:
        self._stream.writelines(f"{json.dumps(it)}\n" for it in objects)
        self._stream.flush()


def summary(connection: Connection) -> dict[str, Any]:
    """Return what can be told of a connection in a row, as JSON.

    `messages` and `bytes`, each way, count the payloads of the data frames that were
    kept: all of them where `left_out` is 0.
    """
    explanation = explain(connection) if connection.is_over else None
    frames = [it for it in connection.frames if not it.is_control]
    senders = ("client", "server")
    response = connection.handshake.response
    return {
        "path": connection.path,
        "client": connection.client,
        "began": connection.began,
        "duration": connection.times[-1] if connection.times else None,
        "is_open": connection.is_open,
        "is_running": connection.calls > 0,
        "status": response.status if response else None,
        "code": connection.close_code,
        "reason": connection.close_reason,
        "closed_by": connection.closed_by,
        "messages": {
            it: len({f.message for f in frames if f.sender == it}) for it in senders
        },
        "bytes": {
            it: sum(f.length for f in frames if f.sender == it) for it in senders
        },
        "left_out": connection.left_out,
        "cause": explanation and explanation.cause,
        "text": explanation and explanation.text,
        "failed": explanation and explanation.failed,
    }
