"""TLS at a proxy: the protocols that it offers, and a browser that trusts it."""

from __future__ import annotations

import asyncio
import ssl

import pytest
from playwright.async_api import Error

from wslab.lab import chromium, haproxy, serve

TIMEOUTS = "timeout client 60s\ntimeout server 60s"

pytestmark = [pytest.mark.needs("haproxy"), pytest.mark.needs("openssl")]


async def page(scope, receive, send):
    head = {"type": "http.response.start", "status": 200}
    await send(head | {"headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<title>hello</title>"})


@pytest.mark.parametrize(
    ("alpn", "chosen"), [("h2,http/1.1", "h2"), ("http/1.1", "http/1.1")]
)
async def test_haproxy_offers_the_protocols_that_it_is_given(certificate, alpn, chosen):
    tls = ssl.create_default_context(cafile=certificate)
    tls.set_alpn_protocols(["h2", "http/1.1"])
    async with (
        serve(page, lifespan="off") as server,
        haproxy(server, TIMEOUTS, certificate=certificate, alpn=alpn) as proxy,
    ):
        _, writer = await asyncio.open_connection("127.0.0.1", proxy.port, ssl=tls)
        assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == chosen
        writer.transport.abort()


@pytest.mark.needs("chromium")
async def test_a_browser_trusts_any_certificate_where_it_is_told_to(certificate):
    async with (
        serve(page, lifespan="off") as server,
        haproxy(server, TIMEOUTS, certificate=certificate) as proxy,
    ):
        url = proxy.http_url(scheme="https")
        async with chromium(any_certificate=True) as trusting:
            tab = await trusting.open(url)
            assert await tab.run("return document.title") == "hello"
        async with chromium() as strict:
            with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
                await strict.open(url)
