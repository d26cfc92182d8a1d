"""A server as a column of the atlas: its packages, and its command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from wslab.atlas.http2 import exists_over_http2
from wslab.atlas.scenario import Options, Scenario

FRAMEWORKS = "framework"
"""The group of scenarios that a framework decides."""

Arguments = Callable[[Options], list[str] | None]
"""Return the arguments for options; None if the server has no such option."""


class Startable(Protocol):
    """What a process is started from."""

    @property
    def name(self) -> str:
        """As in `wslab atlas run --server NAME`."""

    @property
    def takes_socket(self) -> bool:
        """Whether it listens on a socket that it is given, not on a port's number."""

    @property
    def application(self) -> str:
        """A framework's application, as module:name, in place of the scenario's."""

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether the server decides what comes of a scenario."""

    def without(self, scenario: Scenario) -> str:
        """Return why a scenario isn't played, in a few words; "" if it is."""

    def command(
        self, options: Options, app: str, address: int | str
    ) -> list[str] | None:
        """Return the command; `address` is a descriptor, a port or a socket's path.

        Returns:
            None if the server has no such option.
        """

    def versions(self) -> dict[str, str]:
        """Return the versions of what decides its behaviour, by package."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server in one configuration.

    Attributes:
        name: As in addresses and in `measured(...).on(name)`.
        title: As a table shows it.
        packages: What decides its behaviour, the server first; their versions are
            stored with each cell.
        module: What `python -m` starts.
        arguments: The arguments for a scenario's options.
        bind: The arguments that have it listen, with {fd} or {port}.
        unix: The arguments that have it listen on a Unix socket, with {path}.
        application: A framework's application, as module:name, that it runs in the
            place of the scenario's own; "" if it runs that.
        http2: Whether clients speak HTTP/2 to it (RFC 8441), and not HTTP/1.1.
        preload: What it imports that may be imported once for all of its processes: no
            module that starts a thread or makes an event loop.
    """

    name: str
    title: str
    packages: tuple[str, ...]
    module: str
    arguments: Arguments
    bind: tuple[str, ...]
    unix: tuple[str, ...]
    application: str = ""
    http2: bool = False
    preload: tuple[str, ...] = ()

    def command(
        self, options: Options, app: str, address: int | str
    ) -> list[str] | None:
        """Return the command; `address` is what `bind`, or else `unix`, wants."""
        more = self.arguments(options)
        if more is None:
            return None
        where = self.unix if options.unix else self.bind
        bind = [part.format(fd=address, port=address, path=address) for part in where]
        return [*self.program, *bind, *more, app]

    @property
    def program(self) -> list[str]:
        """Return what its command begins with."""
        return [sys.executable, "-m", self.module]

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether the server decides what comes of a scenario."""
        if self.http2 and not exists_over_http2(scenario):
            return False
        return scenario.group != FRAMEWORKS

    def without(self, scenario: Scenario) -> str:
        """Return why a scenario isn't played, in a few words; "" if it is."""
        return ""

    @property
    def takes_socket(self) -> bool:
        """Whether it listens on a socket that it is given."""
        return any("{fd}" in part for part in self.bind)

    def versions(self) -> dict[str, str]:
        """Return the installed version of each package."""
        return {package: version(package) for package in self.packages}
