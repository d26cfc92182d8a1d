"""What is said to the application of the chapter socketio-rooms."""

from .talk import client

QUERY = "/socket.io/?EIO=4&transport=websocket"


async def sio_rooms(port: int) -> None:
    """F31: a room of two, by hand, and who speaks does not hear it."""
    async with client(port, QUERY) as ann, client(port, QUERY) as bob:
        for ws in ann, bob:
            assert (await ws.recv()).startswith('0{"sid":')
            await ws.send("40")
            assert (await ws.recv()).startswith('40{"sid":')
            await ws.send('421["join","tea"]')
            assert await ws.recv() == "431[]"
        await ann.send('422["say","tea","hello"]')
        assert await bob.recv() == '42["said","hello"]'
        assert await ann.recv() == "432[]"
