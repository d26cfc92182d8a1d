"""What a connection did: recorded, drawn as a ladder, explained."""

from wslab.trace.traced import Traced

__all__ = ["Traced"]
