"""The frameworks that the atlas measures, each on uvicorn's default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wslab.atlas.scenario import Scenario
from wslab.atlas.servers.server import FRAMEWORKS as GROUP
from wslab.atlas.servers.server import Server
from wslab.atlas.servers.table import SERVERS


@dataclass(frozen=True, slots=True)
class Framework(Server):
    """A framework on a server; `lacks` says what it has no way to express, and why."""

    lacks: Mapping[str, str] = field(default_factory=dict)

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether the framework decides what comes of a scenario."""
        return scenario.group == GROUP

    def without(self, scenario: Scenario) -> str:
        """Return why a scenario isn't played, in a few words; "" if it is."""
        return self.lacks.get(scenario.name.removeprefix(f"{GROUP}-"), "")


def _framework(
    name: str,
    title: str,
    packages: tuple[str, ...],
    module: str,
    lacks: Mapping[str, str] | None = None,
) -> Framework:
    server = SERVERS["uvicorn"]
    return Framework(
        name,
        title,
        (*packages, *server.packages),
        server.module,
        server.arguments,
        server.bind,
        server.unix,
        f"{__package__}.{module}:app" if module else "",
        lacks=lacks or {},
    )


_NO_ERROR = "has no HTTP error for a WebSocket"
_NO_EXCEPTION = "has no exception that closes"
_NO_DENIAL = "has no denial response"
_EITHER = "receives either kind"
_NO_REASON = "closes without a reason"
_NO_RECEIVE = "has no call that receives: it calls the consumer"

FRAMEWORKS: dict[str, Framework] = {
    framework.name: framework
    for framework in (
        _framework("asgi", "plain ASGI", (), ""),
        _framework(
            "wslab",
            "wslab",
            ("wslab",),
            "library",
            {"http-error": _NO_ERROR, "close-by-exception": _NO_EXCEPTION},
        ),
        _framework("starlette", "Starlette", ("starlette",), "starlette"),
        _framework("fastapi", "FastAPI", ("fastapi", "starlette"), "fastapi"),
        _framework(
            "bareasgi",
            "bareASGI",
            ("bareasgi",),
            "bareasgi",
            {
                "http-error": _NO_ERROR,
                "denial-response": _NO_DENIAL,
                "close-by-exception": _NO_EXCEPTION,
                "close-long-reason": _NO_REASON,
                "text-wanted": _EITHER,
                "bytes-wanted": _EITHER,
                "json-wanted": "receives no JSON",
            },
        ),
        _framework(
            "litestar",
            "Litestar",
            ("litestar",),
            "litestar",
            {"denial-response": _NO_DENIAL},
        ),
        _framework(
            "quart",
            "Quart",
            ("quart", "werkzeug"),
            "quart",
            {"text-wanted": _EITHER, "bytes-wanted": _EITHER},
        ),
        _framework(
            "falcon",
            "Falcon",
            ("falcon",),
            "falcon",
            {"denial-response": _NO_DENIAL},
        ),
        _framework(
            "channels",
            "Django Channels",
            ("channels", "django", "asgiref"),
            "channels",
            {
                "denial-response": _NO_DENIAL,
                "close-by-exception": _NO_EXCEPTION,
                "disconnect-not-caught": _NO_RECEIVE,
                "receive-after-gone": _NO_RECEIVE,
            },
        ),
    )
}
"""All frameworks by their names, after the same in plain ASGI."""
