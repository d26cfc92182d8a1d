"""All that `wslab.lab` exports, imported at once."""

from wslab.lab.archive import StoredResultChanged, carry
from wslab.lab.chrome.browser import Chromium, ChromiumNotFound, ScriptError, chromium
from wslab.lab.chrome.show import BrowserResult
from wslab.lab.chrome.stored import browser, stored
from wslab.lab.host import Host, register_host
from wslab.lab.lifespan import LifespanError
from wslab.lab.line import Line
from wslab.lab.programs.haproxy import haproxy
from wslab.lab.programs.nginx import nginx
from wslab.lab.programs.program import ProgramFailed, ProgramNotFound
from wslab.lab.programs.proxy import Proxy
from wslab.lab.programs.redis import Redis, redis_server
from wslab.lab.programs.stored import ProgramResult, with_programs
from wslab.lab.server import Server
from wslab.lab.serving import serve
from wslab.lab.thread_host import ThreadHost
from wslab.trace.trace import Trace

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
