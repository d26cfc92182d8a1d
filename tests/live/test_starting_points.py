"""The playground's starting points: applications and clients that do what they say."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from wslab.lab import serve

from ..process import uvicorn
from .clients import run

FOLDER = Path(__file__).parents[2] / "site_src" / "playground"
POINTS = json.loads((FOLDER / "starting-points.json").read_text())
NAMES = [it["name"] for it in POINTS]

SEEN = {
    "echo": ("hello\n", 'text "hello"'),
    "refuse": ("401 b'a token'\nwelcome\n", "401 Unauthorized"),
    "with_fastapi": (
        '{"item":7,"count":3}\n'
        "server rejected WebSocket connection: HTTP 403\n"
        "the client left with 1000\n",
        "403 Forbidden",
    ),
    "with_starlette": (
        "HELLO\nthe client left with 3000\n",
        'close 3000 "enough"',
    ),
    "keepalive": ("still here\n", "ping"),
    "origins": (
        "welcome, http://127.0.0.1:8000\nwelcome, program\n"
        "refused a page of https://evil.example\nhttps://evil.example got 403\n",
        "403 Forbidden",
    ),
    "slow": ("done: task 0\ndone: task 1\ndone: task 2\n", 'text "done: task 2"'),
}
"""What the clients in Python and their applications print, and a mark in the ladder."""


def point(name: str) -> dict[str, Any]:
    return next(it for it in POINTS if it["name"] == name)


def loaded(name: str) -> ModuleType:
    """The module of a starting point, as `uvicorn name:app` imports it."""
    module = ModuleType(name)
    exec((FOLDER / f"{name}.py").read_text(), vars(module))
    return module


def test_there_are_twelve():
    assert len(POINTS) == 12
    files = {it.stem for it in FOLDER.glob("*.py") if ".client" not in it.name}
    assert files == set(NAMES)
    assert all((FOLDER / it["client"]).is_file() for it in POINTS)
    in_python = {it["name"] for it in POINTS if it["client"].endswith(".py")}
    assert in_python == set(SEEN)


@pytest.mark.parametrize("name", SEEN)
async def test_application_and_client_do_what_they_say(name, capsys):
    printed, mark = SEEN[name]
    options = point(name).get("options", {})
    async with serve(loaded(name).app, port=8000, **options) as server:
        await run((FOLDER / point(name)["client"]).read_text())
        ladder = server.trace.text
    assert sorted(capsys.readouterr().out.splitlines()) == sorted(printed.splitlines())
    assert mark in ladder


@pytest.mark.parametrize("name", NAMES)
def test_uvicorn_runs_it_as_a_file(name):
    async def main():
        async with uvicorn(FOLDER, f"{name}:app") as running:
            assert re.search("accepted|40[134]", await answer(running.port))

    asyncio.run(main())


async def answer(port: int) -> str:
    """What a handshake is answered with."""
    try:
        async with connect(f"ws://127.0.0.1:{port}/1000"):
            return "accepted"
    except InvalidStatus as refused:
        return str(refused)
