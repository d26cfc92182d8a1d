"""`wslab.testing`: the lifespan around a connection, or around several."""

from __future__ import annotations

import pytest

from wslab.testing import IllegalEvent, connect, running


def application(startup=("complete", ""), shutdown=("complete", ""), log=None):
    """An application whose state counts its connections; `log` notes its lifespan."""
    log = [] if log is None else log

    async def lifespan(scope, receive, send):
        for name, (outcome, message) in (("startup", startup), ("shutdown", shutdown)):
            assert (await receive())["type"] == f"lifespan.{name}"
            if outcome == "raise":
                raise LookupError(message)
            if outcome == "return":
                return
            scope["state"]["count"] = []
            log.append(name)
            await send({"type": f"lifespan.{name}.{outcome}", "message": message})

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return await lifespan(scope, receive, send)
        await receive()
        scope["state"]["count"].append(1)
        await send({"type": "websocket.accept"})
        text = str(len(scope["state"]["count"]))
        await send({"type": "websocket.send", "text": text})
        await receive()

    return app


async def test_the_lifespan_surrounds_the_connection():
    log = []
    async with connect(application(log=log), lifespan=True) as client:
        assert await client.receive() == "1"
        assert log == ["startup"]
    assert log == ["startup", "shutdown"]


async def test_one_lifespan_for_several_connections():
    log = []
    app = application(log=log)
    async with running(app) as state:
        for expected in ("1", "2"):
            async with connect(app, state=state) as client:
                assert await client.receive() == expected
        assert log == ["startup"]
    assert log == ["startup", "shutdown"]


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        ("failed", RuntimeError),
        ("raise", LookupError),
        ("return", IllegalEvent),
        ("unknown", IllegalEvent),
    ],
)
async def test_a_failing_lifespan_surfaces(phase, outcome, error):
    app = application(**{phase: (outcome, "no database")})
    with pytest.raises(error) as failure:
        async with running(app):
            assert phase == "shutdown"
    if outcome in ("failed", "raise"):
        assert "no database" in str(failure.value)


async def test_an_answer_without_a_type_surfaces():
    async def app(scope, receive, send):
        await receive()
        await send({})

    with pytest.raises(IllegalEvent, match=r"None in answer to lifespan\.startup"):
        async with running(app):
            pass
