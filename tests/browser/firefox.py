"""Headless Firefox with a fresh profile, driven over WebDriver BiDi."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from wslab.site.live.node import find_node

from .remote import Remote

SCRIPT = Path(__file__).with_name("firefox.mjs")
PROGRAMS = ("firefox-esr", "firefox")
LONGEST_LINE = 64 * 1024 * 1024
WITHOUT_JSPI = {"javascript.options.wasm_js_promise_integration": False}
"""Preferences that leave Firefox without JSPI, which 153 has."""


def find_firefox() -> str | None:
    """Return the Firefox to use: WSLAB_FIREFOX, or one on the search path."""
    named = os.environ.get("WSLAB_FIREFOX")
    found = map(shutil.which, (named,) if named else PROGRAMS)
    return next(filter(None, found), None)


@asynccontextmanager
async def started(
    frontend: Path, preferences: dict[str, Any] | None = None
) -> AsyncIterator[Remote]:
    """Run Firefox until the block ends.

    Args:
        frontend: a folder with what frontend/package-lock.json pins.
        preferences: of Firefox, by name.
    """
    program = find_firefox()
    assert program
    node, wishes = find_node().node, json.dumps(preferences or {})
    process = await asyncio.create_subprocess_exec(
        *(*node, str(SCRIPT), str(frontend), program, wishes),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    assert process.stdin
    try:
        yield Remote(partial(_ask, process))
    finally:
        process.stdin.close()
        await process.wait()


async def _ask(process: asyncio.subprocess.Process, act: str, **details: Any) -> Any:
    assert process.stdin
    assert process.stdout
    line = json.dumps({"act": act, **details})
    process.stdin.write(f"{line}\n".encode())
    answer = await process.stdout.readline()
    assert answer, "Firefox is gone"
    told = json.loads(answer)
    assert "error" not in told, told["error"]
    return told.get("value")
