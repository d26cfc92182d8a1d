"""The scenarios, one module a group; importing this package defines them all."""

from wslab.atlas.scenario import SCENARIOS
from wslab.atlas.scenarios import (
    ending,
    handshake,
    headers,
    limits,
    origin,
    refusing,
    scope,
    shutdown,
)

__all__ = [
    "SCENARIOS",
    "ending",
    "handshake",
    "headers",
    "limits",
    "origin",
    "refusing",
    "scope",
    "shutdown",
]
