"""A server that is in no table: the command of whoever writes it."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.atlas.scenario import Options, Scenario


class WrongCommand(ValueError):
    """The command does not say where the port and the application go."""


@dataclass(frozen=True, slots=True)
class GivenServer:
    """A server's command, with {port} and {app} in its words.

    `{port}` stands for the number of a free port of 127.0.0.1, `{app}` for the
    application as `module:name`, which the server imports.

    Raises:
        WrongCommand: One of the two is missing.
    """

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        for part in ("{port}", "{app}"):
            if not any(part in word for word in self.words):
                raise WrongCommand(
                    f"the command has no {part}: "
                    "wslab atlas check -- myserver --port {port} {app}"
                )

    @property
    def name(self) -> str:
        """The first word."""
        return self.words[0]

    @property
    def takes_socket(self) -> bool:
        """It is told a port."""
        return False

    @property
    def application(self) -> str:
        """It runs the scenario's own."""
        return ""

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether a section of a specification decides."""
        return scenario.rule is not None

    def without(self, scenario: Scenario) -> str:
        """Return nothing: it plays every scenario."""
        return ""

    def command(
        self, options: Options, app: str, address: int | str
    ) -> list[str] | None:
        """Return the command; None for options, which nobody knows how to say."""
        if options != Options():
            return None
        return [
            word.replace("{port}", str(address)).replace("{app}", app)
            for word in self.words
        ]

    def versions(self) -> dict[str, str]:
        """Return nothing: whoever runs the command knows."""
        return {}
