"""The atlas: what each ASGI server really does, measured."""

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.row import MeasuredRow, measured

__all__ = ["Cell", "MeasuredRow", "Outcome", "measured"]
