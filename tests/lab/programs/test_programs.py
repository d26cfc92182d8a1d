"""A proxy and a Redis for a cell: there, answering, away, back, gone."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from wslab.lab import (
    ProgramFailed,
    ProgramNotFound,
    haproxy,
    nginx,
    redis_server,
    serve,
)
from wslab.lab.programs import program

from .behind import NGINX, echo

HAPROXY = "timeout client 60s\ntimeout server 60s"


@pytest.fixture
async def server():
    async with serve(echo, lifespan="off") as server:
        yield server


async def asked(url, text="hello"):
    async with connect(url) as client:
        await client.send(text)
        return await client.recv()


both = pytest.mark.parametrize(
    ("proxy", "text"),
    [
        pytest.param(nginx, NGINX, marks=pytest.mark.needs("nginx"), id="nginx"),
        pytest.param(
            haproxy, HAPROXY, marks=pytest.mark.needs("haproxy"), id="haproxy"
        ),
    ],
)


@both
async def test_a_proxy_leads_to_the_server_and_leaves_nothing(server, proxy, text):
    async with proxy(server, text) as started:
        assert await asked(started.url()) == "hello"
    assert not started.running
    assert not started.folder.exists()
    with pytest.raises(ConnectionRefusedError):
        await asked(started.url())


@both
async def test_the_wait_for_a_proxy_asks_the_server_nothing(server, proxy, text):
    async with proxy(server, text):
        assert server.trace.connections == ()


@both
async def test_a_proxy_that_comes_back_has_its_port(server, proxy, text):
    async with proxy(server, text) as started, connect(started.url()) as client:
        await started.down(kill=True)
        with pytest.raises(ConnectionClosed):
            await client.recv()
        await started.up()
        assert await asked(started.url()) == "hello"


@both
async def test_a_wrong_configuration_is_an_error_with_its_reason(server, proxy, text):
    with pytest.raises(ProgramFailed, match="nosuch"):
        await proxy(server, f"{text}\nnosuch 1;")


@pytest.mark.needs("nginx")
async def test_what_the_text_leaves_out_is_not_there(server):
    async with nginx(server, "location / { proxy_pass http://app; }") as proxy:
        with pytest.raises(InvalidStatus):
            await asked(proxy.url())


@pytest.mark.needs("nginx")
async def test_a_map_stands_before_the_server(server):
    text = NGINX.replace("$http_upgrade", "$asked")
    assert "$asked" in text
    before = "map $http_upgrade $asked { default $http_upgrade; }"
    async with nginx(server, text, http=before) as proxy:
        assert await asked(proxy.url()) == "hello"


@pytest.mark.needs("redis")
async def test_a_redis_keeps_what_it_had_when_it_is_killed():
    from redis.asyncio import Redis

    async with redis_server() as redis:
        async with Redis.from_url(redis.url) as client:
            await client.set("a", "b")
        await redis.down(kill=True)
        await redis.up()
        async with Redis.from_url(redis.url) as client:
            assert await client.get("a") == b"b"
    assert not redis.folder.exists()


@pytest.mark.parametrize("name", ["nginx", "haproxy", "redis-server", "openssl"])
def test_a_program_is_asked_for_its_version_as_it_likes(name):
    if program.find_program(name) is None:
        pytest.skip(f"{name} is not installed here")
    assert re.fullmatch(rf"{name} \d+\.\d+(\.\d+)?", program.program_version(name))


def test_a_program_of_this_python_is_found_whatever_the_search_path(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert program.find_program("uvicorn")
    assert program.program_version("uvicorn") == f"uvicorn {version('uvicorn')}"


async def test_a_program_that_is_missing_is_named(server, monkeypatch):
    monkeypatch.setattr(program, "PLACES", ())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ProgramNotFound, match="nginx is not installed"):
        await nginx(server, NGINX)
