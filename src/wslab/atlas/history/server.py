"""uvicorn's default in one of its releases, as a server that the atlas can measure."""

from __future__ import annotations

from pathlib import Path

from wslab.atlas.history.releases import Release
from wslab.atlas.scenario import Options, Scenario
from wslab.atlas.servers.table import UVICORN_AUTO


class ReleasedServer:
    """A release, run by the interpreter of the environment that it is installed in.

    Args:
        release: Which one.
        python: The interpreter.
    """

    takes_socket = UVICORN_AUTO.takes_socket
    application = ""

    def __init__(self, release: Release, python: Path) -> None:
        self.name = f"uvicorn {release.uvicorn}"
        self.release = release
        self._python = python

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether the server decides what comes of a scenario."""
        return UVICORN_AUTO.concerns(scenario)

    def without(self, scenario: Scenario) -> str:
        """Return why a scenario isn't played: there is no reason."""
        return ""

    def command(
        self, options: Options, app: str, address: int | str
    ) -> list[str] | None:
        """Return the command; `address` is a descriptor or a Unix socket's path."""
        command = UVICORN_AUTO.command(options, app, address)
        return command and [str(self._python), *command[1:]]

    def versions(self) -> dict[str, str]:
        """Return the versions of the packages that decide its behaviour."""
        return self.release.versions
