"""One suite on both networks, and the site's assets for what runs under Pyodide."""

from __future__ import annotations

import asyncio
import fcntl
from pathlib import Path

import pytest

from wslab.live import LiveLoop
from wslab.site.live.assets import Assets, build_assets

ROOT = Path(__file__).parents[2]
ON_BOTH_NETWORKS = (
    "test_connecting.py",
    "test_connections.py",
    "test_document.py",
    "test_streams.py",
)


def pytest_asyncio_loop_factories(item):
    """Run what the networks have in common on both, and the rest on a LiveLoop.

    What runs under Pyodide has its loop there.
    """
    tcp, memory = {"tcp": asyncio.new_event_loop}, {"memory": LiveLoop}
    if "assets" in item.fixturenames:
        return tcp
    return tcp | memory if item.path.name in ON_BOTH_NETWORKS else memory


@pytest.fixture(scope="session")
def assets() -> Assets:
    """Build them as the site does, into the same cache, in one xdist worker."""
    cache = ROOT / ".cache" / "live"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return build_assets(ROOT, cache)
