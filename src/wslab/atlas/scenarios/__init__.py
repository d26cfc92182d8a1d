"""The scenarios, one module a group; importing this package defines them all."""

from wslab.atlas.frameworks import framework
from wslab.atlas.scenario import SCENARIOS
from wslab.atlas.scenarios import (
    accepting,
    afterwards,
    compression,
    concurrency,
    data,
    ending,
    frames,
    handshake,
    headers,
    leaving,
    limits,
    origin,
    refusing,
    scope,
    shutdown,
)

__all__ = [
    "SCENARIOS",
    "accepting",
    "afterwards",
    "compression",
    "concurrency",
    "data",
    "ending",
    "frames",
    "framework",
    "handshake",
    "headers",
    "leaving",
    "limits",
    "origin",
    "refusing",
    "scope",
    "shutdown",
]
