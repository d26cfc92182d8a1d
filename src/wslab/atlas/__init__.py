"""The atlas: what each ASGI server really does, measured."""

from wslab.atlas.cell import Cell, Outcome
from wslab.atlas.history.history import Difference, History, Span, history_of
from wslab.atlas.row import MeasuredRow, measured

__all__ = [
    "Cell",
    "Difference",
    "History",
    "MeasuredRow",
    "Outcome",
    "Span",
    "history_of",
    "measured",
]
