"""The atlas: what each ASGI server really does, measured."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wslab.atlas.cell import Cell, Outcome
    from wslab.atlas.row import MeasuredRow, measured

__all__ = ["Cell", "MeasuredRow", "Outcome", "measured"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import what reads the data with its first name, as `wslab` does."""
        if name in __all__:
            return getattr(import_module("wslab.atlas.row"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
