"""Rooms: one message to many connections, in one order."""

from wslab.websocket.rooms.room import Room, Rooms

__all__ = ["Room", "Rooms"]
