"""The scenarios, one module a group; importing this package defines them all."""

from wslab.atlas.scenario import SCENARIOS
from wslab.atlas.scenarios import ending, handshake, refusing, shutdown

__all__ = ["SCENARIOS", "ending", "handshake", "refusing", "shutdown"]
