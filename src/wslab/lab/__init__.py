"""What a notebook uses: serve an application, record its traffic, draw it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wslab.lab.names import (
        BrowserResult,
        Chromium,
        ChromiumNotFound,
        Host,
        LifespanError,
        Line,
        ProgramFailed,
        ProgramNotFound,
        ProgramResult,
        Proxy,
        Redis,
        ScriptError,
        Server,
        StoredResultChanged,
        ThreadHost,
        Trace,
        browser,
        carry,
        chromium,
        haproxy,
        nginx,
        redis_server,
        register_host,
        serve,
        stored,
        with_programs,
    )

__all__ = [
    "BrowserResult",
    "Chromium",
    "ChromiumNotFound",
    "Host",
    "LifespanError",
    "Line",
    "ProgramFailed",
    "ProgramNotFound",
    "ProgramResult",
    "Proxy",
    "Redis",
    "ScriptError",
    "Server",
    "StoredResultChanged",
    "ThreadHost",
    "Trace",
    "browser",
    "carry",
    "chromium",
    "haproxy",
    "nginx",
    "redis_server",
    "register_host",
    "serve",
    "stored",
    "with_programs",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import uvicorn and all else with the first name.

        pytest imports `wslab.lab.fixture` in every run, also where no uvicorn is.
        """
        if name in __all__:
            return getattr(import_module("wslab.lab.names"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
