"""What a notebook uses: serve an application, record its traffic, draw it."""

from .browser_chromium import Chromium, ChromiumNotFound, ScriptError, chromium
from .browser_result import BrowserResult
from .browser_run import StoredResultChanged, browser, stored
from .lifespan import LifespanError
from .server import Server
from .serving import serve
from .trace import Trace

__all__ = [
    "BrowserResult",
    "Chromium",
    "ChromiumNotFound",
    "LifespanError",
    "ScriptError",
    "Server",
    "StoredResultChanged",
    "Trace",
    "browser",
    "chromium",
    "serve",
    "stored",
]
