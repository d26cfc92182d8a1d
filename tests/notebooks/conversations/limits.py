"""What is said to the application of the chapter limits."""

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from .talk import client


async def limited(port: int) -> None:
    """F52: a client that is one too many, and a message that is too large."""
    async with client(port) as ws, client(port):
        with pytest.raises(InvalidStatus) as refused:
            async with client(port):
                pass
        assert refused.value.response.status_code == 503
        await ws.send("x" * 1000)
        assert len(await ws.recv()) == 1000
        await ws.send("x" * 1001)
        with pytest.raises(ConnectionClosed) as closed:
            await ws.recv()
        assert closed.value.rcvd.code == 1009
