"""One chat on two buses, `/local/ROOM` and `/redis/ROOM`, in one server.

Whatever a member sends is broadcast to all of its room, itself included; first it is
sent a message that it has joined. REDIS_URL says where Redis is.
"""

from __future__ import annotations

import os

from load.crowd import PAYLOAD
from wslab.websocket import Application
from wslab.websocket.rooms import LocalBus, RedisBus, Rooms

app = Application()
rooms = {
    "local": Rooms(bus=LocalBus()),
    "redis": Rooms(bus=RedisBus(os.environ["REDIS_URL"], timeout=30)),
}


@app.on_ws_request("/{bus}/{room}")
async def member(scope, info, matches, web_socket):
    """Join a room, and broadcast."""
    await web_socket.accept()
    async with rooms[matches["bus"]].membership(matches["room"], web_socket) as room:
        await web_socket.send("joined".ljust(PAYLOAD))
        while (message := await web_socket.receive()) is not None:
            await room.broadcast(message)
