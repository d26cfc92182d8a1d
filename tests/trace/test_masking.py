"""Which secrets of a handshake are masked, and what stays readable (F39)."""

import pytest

from wslab.trace.masking import mask_header, mask_subprotocols, mask_target


@pytest.mark.parametrize(
    ("target", "masked"),
    [
        ("/chat?token=hush", "/chat?token=***"),
        ("/chat?room=1&access_token=hush&x=2", "/chat?room=1&access_token=***&x=2"),
        ("/chat?x=1;API-KEY=hu;sh", "/chat?x=1;API-KEY=***"),
        ("/?password=hush&sid=hush HTTP/1.1", "/?password=***&sid=*** HTTP/1.1"),
        ("/?monkey=banana&keyboard=qwerty", "/?monkey=banana&keyboard=qwerty"),
        ("/token/list?room=red", "/token/list?room=red"),
    ],
)
def test_query_parameters(target, masked):
    """F39: a token in the query string is where logs betray it."""
    assert mask_target(target) == masked


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("Authorization", "Bearer hush", "Bearer ***"),
        ("proxy-authorization", "Basic aHVzaA==", "Basic ***"),
        ("Authorization", "hush", "***"),
        ("Cookie", "session=hush; theme=hush", "session=***; theme=***"),
        (
            "Set-Cookie",
            "session=hush; Path=/; HttpOnly",
            "session=***; Path=/; HttpOnly",
        ),
        ("Cookie", "hush", "***"),
        ("X-Api-Key", "hush", "***"),
        ("Sec-WebSocket-Key", "AAAA", "AAAA"),
        ("Origin", "https://example.org", "https://example.org"),
        ("WWW-Authenticate", 'Basic realm="lab"', 'Basic realm="lab"'),
        ("Referer", "http://x/?token=hush", "http://x/?token=***"),
    ],
)
def test_headers(name, value, masked):
    """F39: the scheme or the cookie's name stays, the secret goes."""
    assert mask_header(name, value) == masked


@pytest.mark.parametrize(
    ("offer", "masked"),
    [
        (["chat", "v2.chat.example"], ["chat", "v2.chat.example"]),
        (["chat", "bearer.hush"], ["chat", "bearer.***"]),
        (["access_token", "hush", "chat"], ["access_token", "***", "chat"]),
        (["authorization.bearer.hush"], ["authorization.bearer.***"]),
        (
            ["base64url.bearer.authorization.k8s.io.hush"],
            ["base64url.bearer.authorization.***"],
        ),
        (["eyJhbGciOi.eyJzdWIi.c2ln"], ["***"]),
        (["graphql-transport-ws"], ["graphql-transport-ws"]),
    ],
)
def test_subprotocols(offer, masked):
    """F39: a browser can send a token as a subprotocol."""
    assert mask_subprotocols(offer) == masked
