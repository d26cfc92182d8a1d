"""The servers that the atlas measures, each at its default."""

from __future__ import annotations

from dataclasses import asdict, replace

from wslab.atlas.scenario import Options
from wslab.atlas.servers.server import Arguments, Server


def _flags(**names: str | None) -> Arguments:
    """Return arguments made of options; an option that is not named has no flag."""

    def arguments(options: Options) -> list[str] | None:
        found: list[str] = []
        for option, value in asdict(replace(options, unix=None)).items():
            if value is not None:
                if not (flag := names.get(option)):
                    return None
                found += [flag, str(value)]
        return found

    return arguments


def _with(first: list[str], flags: Arguments) -> Arguments:
    def arguments(options: Options) -> list[str] | None:
        more = flags(options)
        return None if more is None else [*first, *more]

    return arguments


_UVICORN = _flags(
    ping_interval="--ws-ping-interval",
    ping_timeout="--ws-ping-timeout",
    max_size="--ws-max-size",
    grace="--timeout-graceful-shutdown",
    limit="--limit-concurrency",
)
_HYPERCORN = _flags(
    ping_interval="--websocket-ping-interval", grace="--graceful-timeout"
)


def _uvicorn(name: str, implementation: str, package: str) -> Server:
    protocol = implementation.replace("-", "_")
    return Server(
        name,
        f"uvicorn, {implementation}",
        ("uvicorn", package, "httptools", "uvloop"),
        "uvicorn",
        _with(["--ws", implementation, "--no-access-log"], _UVICORN),
        ("--fd", "{fd}"),
        ("--uds", "{path}"),
        preload=(
            "uvicorn.main",
            "uvicorn.lifespan.on",
            "uvicorn.protocols.http.httptools_impl",
            f"uvicorn.protocols.websockets.{protocol}_impl",
            "uvloop",
        ),
    )


_HYPERCORN_1 = Server(
    "hypercorn",
    "Hypercorn",
    ("hypercorn", "wsproto", "h11"),
    "hypercorn",
    _HYPERCORN,
    ("--bind", "fd://{fd}"),
    ("--bind", "unix:{path}"),
    preload=(
        "hypercorn.__main__",
        "hypercorn.asyncio.run",
        "hypercorn.asyncio.lifespan",
        "hypercorn.asyncio.tcp_server",
        "hypercorn.protocol.h11",
        "hypercorn.protocol.h2",
        "hypercorn.protocol.ws_stream",
    ),
)
_ANYCORN_1 = Server(
    "anycorn",
    "anycorn",
    ("anycorn", "wsproto", "h11"),
    "anycorn",
    _HYPERCORN,
    ("--bind", "fd://{fd}"),
    ("--bind", "unix:{path}"),
    preload=(
        "anycorn.__main__",
        "anycorn.lifespan",
        "anycorn.protocol.h11",
        "anycorn.protocol.h2",
        "anycorn.protocol.ws_stream",
        "anycorn.tcp_server",
        "anyio._backends._asyncio",
    ),
)


def _over_http2(server: Server) -> Server:
    """Return a server as clients find it that speak HTTP/2, with the package h2."""
    return replace(
        server,
        name=f"{server.name}-http2",
        title=f"{server.title}, HTTP/2",
        packages=(server.packages[0], "wsproto", "h2"),
        http2=True,
    )


UVICORN_AUTO = replace(_uvicorn("uvicorn-auto", "auto", "websockets"), preload=())
"""uvicorn as `uvicorn module:app` starts it: which implementation of WebSockets it
then takes, where websockets is installed, depends on its release."""

SERVERS: dict[str, Server] = {
    server.name: server
    for server in (
        _uvicorn("uvicorn", "websockets-sansio", "websockets"),
        _uvicorn("uvicorn-wsproto", "wsproto", "wsproto"),
        _uvicorn("uvicorn-websockets", "websockets", "websockets"),
        _HYPERCORN_1,
        _over_http2(_HYPERCORN_1),
        _ANYCORN_1,
        _over_http2(_ANYCORN_1),
        Server(
            "daphne",
            "Daphne",
            ("daphne", "autobahn", "twisted"),
            "daphne",
            _flags(
                ping_interval="--ping-interval",
                ping_timeout="--ping-timeout",
                max_size="--websocket-max-message-size",
            ),
            ("--fd", "{fd}"),
            ("--unix-socket", "{path}"),
            preload=(
                "twisted.internet.asyncioreactor",
                "twisted.web.http",
                "autobahn.twisted.websocket",
                "daphne.endpoints",
            ),
        ),
        Server(
            "granian",
            "Granian",
            ("granian",),
            "granian",
            _with(
                ["--interface", "asgi", "--host", "127.0.0.1"],
                _flags(grace="--workers-kill-timeout", limit="--backpressure"),
            ),
            ("--port", "{port}"),
            ("--uds", "{path}"),
            preload=("granian.cli",),
        ),
        Server(
            "gunicorn",
            "gunicorn, asgi worker",
            ("gunicorn",),
            "gunicorn",
            _with(
                ["--worker-class", "asgi", "--no-control-socket"],
                _flags(
                    max_size="--websocket-max-message-size",
                    grace="--graceful-timeout",
                    limit="--worker-connections",
                ),
            ),
            ("--bind", "fd://{fd}"),
            ("--bind", "unix:{path}"),
            preload=("gunicorn.app.wsgiapp", "gunicorn.workers.gasgi"),
        ),
    )
}
"""All servers by their names, uvicorn's default first."""
