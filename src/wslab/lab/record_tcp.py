"""How closing a socket ends its TCP connection."""

from __future__ import annotations

import asyncio
import sys
from typing import Literal


def close_kind(transport: asyncio.BaseTransport) -> Literal["FIN", "reset"]:
    """What a close now will send.

    A socket that is closed with received bytes nobody has read resets the connection
    (RFC 2525 section 2.17), which the other side may notice before it has read what was
    sent to it. Where the platform can't tell, a FIN is assumed.
    """
    sock = transport.get_extra_info("socket")
    return "reset" if sock is not None and _unread(sock.fileno()) else "FIN"


if sys.platform in ("win32", "emscripten"):

    def _unread(descriptor: int) -> int:
        return 0

else:
    import fcntl
    import termios

    def _unread(descriptor: int) -> int:
        """Bytes that wait in the socket's receive buffer."""
        if descriptor < 0:
            return 0
        answer = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
        return int.from_bytes(answer, sys.byteorder)
