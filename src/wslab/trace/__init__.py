"""What a connection did: recorded, drawn as a ladder, explained."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wslab.trace.traced import Traced

__all__ = ["Traced"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import what draws and explains with the first use of `Traced`.

        A server under measurement needs the model only: with the rest it would take
        1.73 times as long to start as uvicorn alone, not 1.49 (benchmarks/start.py).
        """
        if name == "Traced":
            from wslab.trace.traced import Traced

            return Traced
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
