"""The atlas: what each ASGI server really does, measured."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import what reads the data with its first name, as `wslab` does."""
        if name in __all__:
            past = name in ("Difference", "History", "Span", "history_of")
            home = "wslab.atlas.history.history" if past else "wslab.atlas.row"
            return getattr(import_module(home), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
