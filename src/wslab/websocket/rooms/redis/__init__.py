"""The bus that joins several processes: each room a stream in Redis."""

from wslab.websocket.rooms.redis.bus import RedisBus

__all__ = ["RedisBus"]
