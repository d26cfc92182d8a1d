"""The releases of uvicorn that changed what its default does with WebSockets.

uvicorn's default is what `uvicorn module:app` does where `uvicorn[standard]` is
installed: httptools and uvloop, and for WebSockets websockets, up to 0.49.0 in its
legacy implementation, from 0.50.0 on in its sans-I/O one. A release is here if its
source differs from the one before in what that default runs for a WebSocket: the
protocol, the upgrade, the middleware for proxies, the shutdown.
"""

from __future__ import annotations

from dataclasses import dataclass

HTTPTOOLS = "0.9.0"
UVLOOP = "0.23.0"
"""One version each, that works with all releases: they have no part in a WebSocket."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release of uvicorn, and the websockets of its time.

    Attributes:
        uvicorn: Its version.
        date: When it came out, in ISO 8601.
        websockets: The newest websockets that was out on that day; for the newest
            uvicorn, the one that the atlas's own column is measured with.
        matters: What it changed for WebSockets, in a few words.
    """

    uvicorn: str
    date: str
    websockets: str
    matters: str

    @property
    def versions(self) -> dict[str, str]:
        """The packages that decide what is seen, uvicorn first, with their versions."""
        return {
            "uvicorn": self.uvicorn,
            "websockets": self.websockets,
            "httptools": HTTPTOOLS,
            "uvloop": UVLOOP,
        }


RELEASES: tuple[Release, ...] = (
    Release(
        "0.38.0",
        "2025-10-18",
        "15.0.1",
        "is the one before the others, to compare them with",
    ),
    Release(
        "0.39.0",
        "2025-12-21",
        "15.0.1",
        "ends a connection when its application returns",
    ),
    Release(
        "0.41.0",
        "2026-02-16",
        "16.0",
        "names the Unix socket that it listens on in the scope",
    ),
    Release(
        "0.45.0",
        "2026-04-21",
        "16.0",
        "keeps the client's port of X-Forwarded-For",
    ),
    Release(
        "0.48.0",
        "2026-05-24",
        "16.0",
        "ignores forwarding headers that come twice",
    ),
    Release(
        "0.49.0",
        "2026-06-03",
        "16.0",
        "joins X-Forwarded-For headers that come twice",
    ),
    Release(
        "0.50.0",
        "2026-07-04",
        "16.0",
        "makes websockets-sansio the default implementation",
    ),
    Release(
        "0.50.1",
        "2026-07-06",
        "16.0",
        "splits subprotocols that are offered in one header",
    ),
    Release(
        "0.52.0",
        "2026-07-29",
        "17.0",
        "keeps header values beyond ASCII as they came with websockets 17, too",
    ),
    Release(
        "0.52.1",
        "2026-08-01",
        "17.0.1",
        "waits for the client's close frame, and for a client that reads slowly",
    ),
    Release(
        "0.52.4",
        "2026-08-19",
        "17.0.1",
        "sends one Date header with a handshake, not two",
    ),
    Release(
        "0.53.0",
        "2026-09-14",
        "17.1",
        "trusts the forwarding headers of a proxy at ::1, too",
    ),
    Release(
        "0.54.0",
        "2026-09-25",
        "17.4",
        "changes nothing for WebSockets, and is the current release",
    ),
)
"""The last that matter, and the one before them, the oldest first; the last is
the current one."""
