"""What the library raises."""

from __future__ import annotations


class WebSocketStateError(RuntimeError):
    """A step that the connection's state does not allow: a send before accept, say."""


class WebSocketDisconnect(Exception):
    """The connection is over: the peer closed it, vanished, or was sent away.

    `code` is what the server reports. By RFC 6455 section 7.1.5 that is 1005 if the
    peer gave none, 1006 without a close frame; uvicorn's default reports 1005 for both,
    Hypercorn 1006 whatever the peer sent. `reason` is "" where there is none.
    """

    def __init__(self, code: int = 1005, reason: str = "") -> None:
        # BaseException.__new__ has the arguments for repr and pickle already.
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.code} {self.reason}".rstrip()


class InvalidMessage(ValueError):
    """A client's message that is not of the type or form that the view asked for.

    Uncaught, it closes the connection with `code` (1003 for the wrong frame type, 1007
    for broken JSON) and goes no further, since the fault is the client's.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class DeclarationError(TypeError, ValueError):
    """A mistake in a declaration, found where it is made.

    What a provider of scope "app" needs and nobody provides is found at startup.
    """


class InvalidParameter(ValueError):
    """A value of the request that does not convert; the handshake is refused."""


class Rejected(BaseException):
    """Ends a view after its `reject()`; no `except Exception` holds it up."""
