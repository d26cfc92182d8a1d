"""A scenario: one question about a server, as an application and a client's acts."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from wslab.asgi import Receive, Scope, Send
from wslab.atlas.acts import Act, Outlast, Terminate, Watch
from wslab.atlas.views import matches

Word = Literal["MUST", "SHOULD", ""]
"""What a section says: "" where it states how a thing is, with no such word."""

Recorded = tuple[str, ...]

Application = Callable[[Scope, Receive, Send], Awaitable[str | None]]
"""An ASGI application that may return a note."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a scenario needs of a server's configuration; None: the server's default.

    `ping_interval`, `ping_timeout` and `grace` (for the shutdown) are in seconds,
    `max_size` of a message in bytes, `limit` in connections. With `unix` the server
    listens on a Unix socket.
    """

    ping_interval: int | None = None
    ping_timeout: int | None = None
    max_size: int | None = None
    grace: int | None = None
    limit: int | None = None
    unix: bool | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a specification demands, as patterns of lines of the two views.

    Each pattern of `client` and of `application` must match a line of that view, and
    none of `never` a line of either. Nothing is demanded unless each pattern of `given`
    matches a line of the application's view, as "extensions: *'x'*" where x is offered.
    A pattern is one of `fnmatch`; in a pattern "|" separates alternatives.
    """

    client: Recorded = ()
    application: Recorded = ()
    never: Recorded = ()
    given: Recorded = ()


VERSION = "spec_version"
"""The key of `scope["asgi"]` with the version of ASGI's HTTP and WebSocket part."""


def since(version: int) -> Recorded:
    """Return what is `given` where a server declares version 2.N or a later one.

    N is `version`, and the scenario's `scope` has to have `VERSION`. Who declares
    nothing is a server of version 2.0 (ASGI, Websocket Connection Scope).
    """
    return (f"{VERSION}: '2.[{version}-9]'",)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One question about a server, and what has to be done to see the answer.

    Attributes:
        name: As in "handler-returns"; it is in addresses and in the names of files.
        group: The module of the scenario, as in "ending".
        asks: The question, in one sentence.
        app: The ASGI application. `await scope["signal"](name)` waits for the client's
            `Signal`; what it returns, a str, is shown as "notes ...".
        client: What the client does, in order.
        source: The section that decides, as in "RFC 6455, section 5.5.1" or "ASGI,
            Accept"; "" where no specification says anything.
        word: The word of that section; "" where it only says what something is, as ASGI
            does of most keys, and where there is no section.
        rule: What that section demands; None where nothing is demanded.
        headers: Names of response headers that belong to the client's view.
        scope: Keys of the scope, and of what is called "asgi" there, that belong to the
            application's view.
        options: What the server's configuration must say.
        fatal: A pattern of the names of servers whose process it ends.
        spoils: A pattern of the names of servers whose process it spoils for other
            connections, or keeps so busy that they wait.
    """

    name: str
    group: str
    asks: str
    app: Application
    client: tuple[Act, ...]
    source: str = ""
    word: Word = ""
    rule: Rule | None = None
    headers: Recorded = ()
    scope: Recorded = ()
    options: Options = field(default_factory=Options)
    fatal: str = ""
    spoils: str = ""

    @property
    def question(self) -> str:
        """What it asks as HTML, with the code in it marked up."""
        return re.sub(r"`(.+?)`", r"<code>\1</code>", html.escape(self.asks))

    @property
    def patience(self) -> float:
        """The seconds that its client waits where nothing comes that it waits for."""
        waits = [act for act in self.client if isinstance(act, Watch | Outlast)]
        return sum(act.seconds for act in waits)

    @property
    def says(self) -> str:
        """What decides, as in "RFC 6455, section 5.5.1 says: MUST"."""
        if not self.word:
            return f"{self.source} defines it"
        return f"{self.source} says: {self.word}"

    def needs_own_process(self, server: str) -> bool:
        """Return whether each run on a server needs a process of its own."""
        limited = self.options.limit is not None
        ends = Terminate() in self.client or matches(server, self.fatal)
        return limited or ends or matches(server, self.spoils)


GROUPS = (
    "refusing",
    "accepting",
    "ending",
    "leaving",
    "data",
    "frames",
    "compression",
    "afterwards",
    "concurrency",
    "shutdown",
    "handshake",
    "headers",
    "scope",
    "origin",
    "limits",
    "framework",
)
"""The groups, in the order of a table: from what an application does to the edges."""


class Scenarios(dict[str, Scenario]):
    """All scenarios by their names."""

    def in_order(self) -> list[Scenario]:
        """Return the scenarios, group by group."""
        return sorted(self.values(), key=lambda it: GROUPS.index(it.group))

    def add(
        self,
        asks: str,
        client: Sequence[Act],
        *,
        source: str = "",
        word: Word = "",
        rule: Rule | None = None,
        headers: Recorded = (),
        scope: Recorded = (),
        options: Options | None = None,
        fatal: str = "",
        spoils: str = "",
        name: str | None = None,
    ) -> Callable[[Application], Application]:
        """Return a decorator that makes a scenario of an application.

        The name is the function's, with dashes, unless it is given; the group is its
        module's. One application may serve several scenarios.

        Raises:
            ValueError: There is a scenario of that name, or a word without a section,
                or a section's word without a rule.
        """

        def define(app: Application) -> Application:
            title = name or app.__name__.replace("_", "-")
            if title in self:
                raise ValueError(f"two scenarios are called {title}")
            if (word and not rule) or (rule and not source):
                raise ValueError(f"{title}: section, word and rule go together")
            group = app.__module__.rpartition(".")[2]
            self[title] = Scenario(
                title,
                group,
                asks,
                app,
                tuple(client),
                source,
                word,
                rule,
                headers,
                scope,
                options or Options(),
                fatal,
                spoils,
            )
            return app

        return define


SCENARIOS = Scenarios()
scenario = SCENARIOS.add
