"""One of several processes: a server whose clients are members of rooms in Redis.

    python worker.py LISTENER URL

LISTENER is the number of an inherited socket. A client of `/ROOM` is told `joined`;
what it sends is broadcast, and then it is told `confirmed`, or `failed`.
"""

from __future__ import annotations

import socket
import sys

import uvicorn

from wslab import Application, Rooms
from wslab.websocket.rooms import RedisBus

app = Application()


@app.on_ws_request("/{room}")
async def member(scope, info, matches, web_socket):
    """Join, and broadcast what comes."""
    await web_socket.accept()
    async with rooms.membership(matches["room"], web_socket) as room:
        await web_socket.send("joined")
        while (message := await web_socket.receive()) is not None:
            try:
                await room.broadcast(message)
            except ConnectionError:
                await web_socket.send("failed")
            else:
                await web_socket.send("confirmed")


if __name__ == "__main__":
    listener, url = sys.argv[1:]
    rooms = Rooms(bus=RedisBus(url, timeout=60))
    config = uvicorn.Config(app, log_level="error", ws_ping_interval=None, backlog=2048)
    with socket.socket(fileno=int(listener)) as inherited:
        uvicorn.Server(config).run([inherited])
