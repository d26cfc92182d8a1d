"""What a notebook uses: serve an application, record its traffic, draw it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wslab.lab.names import *  # noqa: F403
    from wslab.lab.names import __all__ as __all__

else:

    def __getattr__(name: str) -> Any:
        """Import uvicorn and all else with the first name.

        pytest imports `wslab.lab.fixture` in every run, also where no uvicorn is.
        """
        names = import_module("wslab.lab.names")
        if name in ("__all__", *names.__all__):
            return getattr(names, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
