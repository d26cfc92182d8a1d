"""The atlas: what each ASGI server really does, measured."""

from wslab.atlas.measured import measured

__all__ = ["measured"]
