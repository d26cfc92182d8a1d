"""The test clients that the atlas measures, and what their interfaces can express."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.metadata import version

from wslab.atlas.acts import (
    Act,
    As,
    Connect,
    Finish,
    Leave,
    Reset,
    Send,
    SendFrame,
    Terminate,
)
from wslab.atlas.scenario import Options, Scenario
from wslab.atlas.servers.server import FRAMEWORKS
from wslab.atlas.testclients.steps import Close, Ping, step_of


@dataclass(frozen=True, slots=True)
class InMemory:
    """A test client, which calls an application with no server between them.

    Attributes:
        name: As in addresses and in `measured(...).on(name)`.
        title: As a table shows it.
        module: The module of this package whose `play` writes a test with it.
        packages: What decides its behaviour; their versions are stored with each cell.
        reasons: Whether it can close with a reason.
        codeless: Whether it can close without a code.
        vanishes: Whether it can end without a close frame.
        pings: Whether it can send a ping.
    """

    name: str
    title: str
    module: str
    packages: tuple[str, ...]
    reasons: bool = True
    codeless: bool = False
    vanishes: bool = False
    pings: bool = False

    def versions(self) -> dict[str, str]:
        """Return the installed version of each package."""
        return {package: version(package) for package in self.packages}

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether the scenario is asked of what stands for a server."""
        return scenario.group != FRAMEWORKS

    def without(self, scenario: Scenario) -> str:
        """Return why a scenario can't be played, in a few words; "" if it can."""
        if scenario.options != Options():
            return "has no such option"
        return next(filter(None, map(self._without, scenario.client)), "")

    def _without(self, act: Act) -> str:
        match act:
            case As(_, own):
                return self._without(own)
            case Connect():
                return _handshake(act)
            case SendFrame():
                return self._frame(act)
            case Send():
                return "sends no bytes of one's own"
            case Leave() | Reset():
                return "" if self.vanishes else "cannot vanish"
            case Finish():
                return "has no TCP connection"
            case Terminate():
                return "has no process to end"
        return ""

    def _frame(self, frame: SendFrame) -> str:
        match step_of(frame):
            case None:
                return "sends no frames of one's own"
            case Ping() if not self.pings:
                return "sends no pings"
            case Close(None) if not self.codeless:
                return "always closes with a code"
            case Close(_, reason) if reason and not self.reasons:
                return "closes without a reason"
        return ""


def _handshake(connect: Connect) -> str:
    usual = Connect(connect.target, connect.headers, connect.subprotocols)
    if replace(connect, waits=True) == usual and not connect.waits:
        return "waits for the answer to its handshake"
    if connect != usual or not connect.target.startswith("/"):
        return "makes no handshake of one's own"
    names = [name.lower() for name, _ in connect.headers]
    return "" if len(set(names)) == len(names) else "sends each header once"


TESTCLIENTS = {
    client.name: client
    for client in (
        InMemory(
            "starlette-testclient",
            "Starlette's TestClient",
            "starlette",
            ("starlette", "anyio", "httpx"),
        ),
        InMemory(
            "httpx-ws",
            "httpx-ws",
            "httpx_ws",
            ("httpx-ws", "httpx", "wsproto", "anyio"),
            pings=True,
        ),
        InMemory(
            "channels-communicator",
            "Channels' WebsocketCommunicator",
            "channels",
            ("channels", "asgiref"),
            reasons=False,
        ),
        InMemory(
            "wslab-testing",
            "wslab.testing",
            "wslab",
            ("wslab",),
            codeless=True,
            vanishes=True,
        ),
    )
}
"""All test clients by their names."""
