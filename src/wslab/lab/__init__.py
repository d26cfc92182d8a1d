"""What a notebook uses: serve an application, record its traffic, draw it."""

from wslab.lab.chrome.browser import Chromium, ChromiumNotFound, ScriptError, chromium
from wslab.lab.chrome.result import BrowserResult
from wslab.lab.chrome.stored import StoredResultChanged, browser, stored
from wslab.lab.lifespan import LifespanError
from wslab.lab.server import Server
from wslab.lab.serving import serve
from wslab.trace.trace import Trace

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
