"""An in-memory WebSocket client for tests of any ASGI 3 application."""

from wslab.testing.client import Client, Closed, Refused, connect
from wslab.testing.lifespan import running
from wslab.testing.rules import IllegalEvent

__all__ = ["Client", "Closed", "IllegalEvent", "Refused", "connect", "running"]
