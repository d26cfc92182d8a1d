"""What holds for the whole suite: signals, Hypothesis, programs, what is slow.

Each xdist worker loads this file too, so that all of it holds in workers.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
IN_CI = os.environ.get("CI") == "true"

FIFTH = os.environ.get("WSLAB_LIVE", str(datetime.now(UTC).toordinal() % 5))
"""Which fifth of what is long in a page's Python is taken today, from 0; or "all"."""

SLOW = (
    "browser",
    "lab/test_chrome.py",
    "cli",
    "lab/test_chrome_kernel.py",
    "lab/test_fixture.py",
    "lab/test_serve_kernel.py",
    "notebooks/test_downloads.py",
    "notebooks/test_new_chapter.py",
    "notebooks/test_troubleshooting.py",
    "notebooks/test_ways.py",
    "site/test_cache.py",
    "site/test_execute.py",
    "site/test_failure.py",
    "site/test_progress.py",
    "site/test_repository.py",
    "site/test_site_faults.py",
    "site/test_site_own.py",
    "site/test_site_sample.py",
    "websocket/rooms/test_crowd.py",
    "websocket/rooms/test_stalled_client.py",
)
"""Files and folders that start kernels, builds, browsers or crowds; all are `slow`."""


def _chromium() -> bool:
    from wslab.lab.chrome.browser import find_chromium

    return find_chromium() is not None


def _firefox() -> bool:
    from .browser.firefox import find_firefox

    return find_firefox() is not None


def _webkit() -> bool:
    from .browser.webkit import find_webkit

    return find_webkit() is not None


def _redis() -> bool:
    return shutil.which("redis-server") is not None


def _program(name: str) -> Callable[[], bool]:
    def is_there() -> bool:
        from wslab.lab.programs.program import find_program

        return find_program(name) is not None

    return is_there


PROGRAMS: dict[str, tuple[Callable[[], bool], str]] = {
    "chromium": (
        _chromium,
        "no Chromium: apt-get install chromium, brew install --cask chromium, "
        "or set WSLAB_CHROMIUM",
    ),
    "firefox": (
        _firefox,
        "no Firefox: apt-get install firefox-esr, brew install --cask firefox, "
        "or set WSLAB_FIREFOX",
    ),
    "webkit": (_webkit, "no WebKitGTK: apt-get install webkit2gtk-driver xvfb"),
    "redis": (
        _redis,
        "no Redis: apt-get install redis-server, brew install redis",
    ),
    "nginx": (
        _program("nginx"),
        "no nginx: apt-get install nginx-light, brew install nginx",
    ),
    "haproxy": (
        _program("haproxy"),
        "no HAProxy: apt-get install haproxy, brew install haproxy",
    ),
    "openssl": (
        _program("openssl"),
        "no OpenSSL: apt-get install openssl, brew install openssl",
    ),
}
"""What `pytest.mark.needs` may name: is it there, and how does one get it."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run two tests for each core: half of a test's time it waits for a process."""
    return 2 * (os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """Give children a Ctrl-C that works, and properties the time that they take."""
    # A shell starts `make test &` with SIGINT ignored, and children inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Time says nothing on a busy machine; the time-out of pytest ends what hangs.
    settings.register_profile(
        "wslab",
        settings.get_profile("ci" if IN_CI else "default"),
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("wslab")


COVERING = ("lab", "testing", "trace", "websocket")
"""Folders whose tests are to cover what `make test` measures; a tracer takes time."""

WHOLE_SITE = {"site", "own_site", "executed", "running_site", "assets"}
"""Fixtures for which one xdist worker makes what the others would have to wait for."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow by its place, and by its need of a program.

    What needs the whole site comes first, so that one worker builds it at once, and no
    other comes to it meanwhile.
    """
    items.sort(key=lambda item: not WHOLE_SITE & set(item.fixturenames))
    for item in items:
        needs = item.get_closest_marker("needs")
        if _is_in(item.path, ("browser",)) and not needs:
            item.add_marker(pytest.mark.needs("chromium"))
        if _is_in(item.path, SLOW) or item.get_closest_marker("needs"):
            item.add_marker("slow")
        if not _is_in(item.path, COVERING):
            item.add_marker("no_cover")


@cache
def _is_in(path: Path, places: tuple[str, ...]) -> bool:
    """Whether a file of tests is one of `places`, or in one."""
    return any(path.is_relative_to(TESTS / name) for name in places)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Have the mark `no_cover` hold in xdist's workers, too.

    pytest-cov 7.1 measures twice there, and pauses only what it began last.
    """
    marked = item.get_closest_marker("no_cover")
    other = Coverage.current() if marked else None
    if other is not None:
        other.stop()
    try:
        return (yield)
    finally:
        if other is not None:
            other.start()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program is missing; where CI runs, let it fail."""
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            is_there, how_to_get_it = PROGRAMS[name]
            if not is_there():
                (pytest.fail if IN_CI else pytest.skip)(how_to_get_it)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with a self-signed certificate of 127.0.0.1 and its key."""
    pem = str(tmp_path_factory.mktemp("tls") / "example.pem")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", *key, *name, "-keyout", pem, "-out", pem]
    subprocess.run(command, check=True, capture_output=True)
    return pem


@pytest.fixture(scope="session")
def frontend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of frontend/ with the packages that its package-lock.json pins."""
    from .site.frontend import installed

    return installed(tmp_path_factory)
