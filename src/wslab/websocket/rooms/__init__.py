"""Rooms: one message to many connections, in one order."""

from wslab.websocket.rooms.bus import Bus, LocalBus, Message
from wslab.websocket.rooms.redis import RedisBus
from wslab.websocket.rooms.room import Room
from wslab.websocket.rooms.rooms import Rooms

__all__ = ["Bus", "LocalBus", "Message", "RedisBus", "Room", "Rooms"]
