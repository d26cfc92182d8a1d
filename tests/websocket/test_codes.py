"""Close codes and reasons: F27, F41."""

from __future__ import annotations

import pytest

from wslab import Connection
from wslab.websocket.codes import NAMES, check_close

MAY_BE_SENT = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}


def test_exactly_the_codes_that_may_be_sent_pass():
    """RFC 6455 section 7.4 and the registry: 1004-1006, 1015 and the gaps are out."""
    passed = set()
    for code in range(-1, 6000):
        try:
            check_close(code, "")
        except ValueError:
            continue
        passed.add(code)
    assert passed == MAY_BE_SENT


@pytest.mark.parametrize("reason", ["x" * 124, "é" * 62])
def test_a_reason_has_at_most_123_bytes(reason):
    """Section 5.5: a control frame holds 125, two of them the code."""
    with pytest.raises(ValueError, match="123"):
        check_close(1000, reason)
    check_close(1000, reason[:61])


def test_a_reason_is_text():
    with pytest.raises(TypeError, match="a close reason is a str, not bytes"):
        check_close(1000, b"done")


def test_every_registered_code_has_a_name():
    assert set(NAMES) == set(range(1000, 1016))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        *((code, "") for code in (1005, 999, 1000.0, 3000.5, True, "1000", None)),
        (1000, "x" * 124),
    ],
)
async def test_a_wrong_close_never_reaches_the_server(code, reason):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(event):
        sent.append(event["type"])

    scope = {"type": "websocket", "path": "/", "headers": []}
    connection = Connection(scope, receive, send)
    with pytest.raises(ValueError, match="close"):
        await connection.close(code, reason)
    await connection.accept()
    with pytest.raises(ValueError, match="close"):
        await connection.close(code, reason)
    await connection.close()
    await connection.release()
    assert sent == ["websocket.accept", "websocket.close"]
