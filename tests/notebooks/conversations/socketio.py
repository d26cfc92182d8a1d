"""What is said to the application of the chapter socketio."""

from .talk import client, refused

QUERY = "/socket.io/?EIO=4&transport=websocket"


async def sio_beside(port: int) -> None:
    """F31: an event of Socket.IO, by hand, and a WebSocket beside it."""
    async with client(port, QUERY) as ws:
        assert (await ws.recv()).startswith('0{"sid":')
        await ws.send("40")
        assert (await ws.recv()).startswith('40{"sid":')
        await ws.send('423["shout","hello"]')
        assert await ws.recv() == '433["HELLO"]'
    assert await refused(port, "/socket.io/") == 403
    async with client(port, "/ws") as ws:
        await ws.send("")
        assert await ws.recv() == ""
