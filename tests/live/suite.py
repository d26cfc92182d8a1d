"""Run tests where a page's Python runs: under Pyodide, on a LiveLoop.

Arguments: the wheels and folders that the tests import, then after `--` which tests
("1/5": of five, the second and each fifth after it) of which files. Paths are relative
to the repository, which is /work here. Each line that begins with `report: ` is JSON: a
test that begins, or has ended, or the end of all.
"""

import asyncio
import functools
import inspect
import json
import os
import socket
import sys
import zipfile
from pathlib import Path

sys.dont_write_bytecode = True
cut = sys.argv.index("--")
packages = Path(next(it for it in sys.path if it.endswith("site-packages")))
for name in (*sys.argv[1:cut], "src"):
    if name.endswith(".whl"):
        with zipfile.ZipFile(f"/work/{name}") as wheel:
            wheel.extractall(packages)
    else:
        sys.path.append(f"/work/{name}")
first, step = map(int, sys.argv[cut + 1].split("/"))
os.chdir("/work")

import js  # noqa: E402
import pytest  # noqa: E402
from pyodide.ffi import can_run_sync  # noqa: E402

from wslab.live import LiveLoop  # noqa: E402
from wslab.live.page.interpreter import parse_deep_json  # noqa: E402

LACKING = ("needs", "system", "threads")
"""Marks of what cannot run where there are no programs, sockets and threads."""


def complete():
    """Have asyncio turn a LiveLoop by itself, and keep the interpreter from its end."""
    # Pyodide's own loop is always the running one, and returns before a test has ended.
    asyncio._set_running_loop(None)
    asyncio.new_event_loop = asyncio.events.new_event_loop = LiveLoop
    parse_deep_json()

    def refuse(*_):
        raise OSError("a page has no sockets of the system's")

    # In Node these end the interpreter.
    socket.socket.listen = socket.socket.connect = refuse


class Suite:
    """Pytest's plugin: which tests, on which loop, and what became of them."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_asyncio_loop_factories(self):
        return {"memory": LiveLoop}

    @pytest.hookimpl(tryfirst=True)
    def pytest_timeout_set_timer(self):
        return True  # there is neither a signal nor a thread; who started this waits

    @pytest.hookimpl(tryfirst=True)
    def pytest_timeout_cancel_timer(self):
        return True

    def pytest_collection_modifyitems(self, config, items):
        lacking = {it for it in items if any(map(it.get_closest_marker, LACKING))}
        config.hook.pytest_deselected(items=list(lacking))
        able = [it for it in items if it not in lacking]
        items[:] = able[first::step]
        for item in items:
            if inspect.iscoroutinefunction(item.obj):
                item.obj = noting_the_loop(item)

    def pytest_runtest_logstart(self, nodeid):
        report(test=nodeid, outcome="begun")

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or not report.passed:
            tell(report, dict(report.user_properties).get("loop"))

    def pytest_collectreport(self, report):
        if report.failed:
            tell(report)


def noting_the_loop(item):
    """Return an item's coroutine function, such that its report has the loop."""
    test = item.obj

    @functools.wraps(test)
    async def noting(*args, **kwargs):
        loop = type(asyncio.get_running_loop()).__name__
        item.user_properties.append(("loop", loop))
        await test(*args, **kwargs)

    return noting


def tell(of, loop=None):
    report(test=of.nodeid, outcome=of.outcome, text=of.longreprtext, loop=loop)


def report(**members):
    print(f"\nreport: {json.dumps(members)}", file=sys.__stdout__, flush=True)


complete()
options = ("--capture=sys", "--no-cov", "--tb=short", "--quiet")
plugins = ("-pno:cacheprovider", "-pno:faulthandler")
status = pytest.main([*options, *plugins, *sys.argv[cut + 2 :]], plugins=[Suite()])
jspi = hasattr(js.WebAssembly, "Suspending")
here = {"platform": sys.platform, "jspi": jspi, "waits": can_run_sync()}
report(outcome="over", status=int(status), **here)
