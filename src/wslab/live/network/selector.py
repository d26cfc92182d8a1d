"""Which sockets in memory are ready, for an event loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from selectors import BaseSelector, SelectorKey
from typing import Any

from wslab.live.network.sock import MemorySocket, find_socket


class MemorySelector(BaseSelector):
    """A selector of sockets in memory; it never waits."""

    def __init__(self) -> None:
        self._keys: dict[int, SelectorKey] = {}
        self._map = _Map(self._keys)
        # What may be ready, in the order in which it became so.
        self._changed: dict[MemorySocket, None] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> SelectorKey:
        """Watch a socket, or the socket with a descriptor, for events."""
        descriptor = _descriptor(fileobj)
        sock = find_socket(descriptor)
        if sock is None:
            raise ValueError(f"{fileobj!r} is no socket in memory")
        if descriptor in self._keys:
            raise KeyError(f"{fileobj!r} is registered already")
        key = SelectorKey(fileobj, descriptor, events, data)
        self._keys[descriptor] = key
        sock.changed = self._changed
        self._changed[sock] = None
        return key

    def unregister(self, fileobj: Any) -> SelectorKey:
        """Watch a socket no longer."""
        return self._keys.pop(_descriptor(fileobj))

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Return what is ready now, whatever the timeout."""
        ready = []
        for sock in [*self._changed]:
            key = self._keys.get(sock.descriptor)
            if key is not None and (events := key.events & sock.events()):
                ready.append((key, events))
            else:
                del self._changed[sock]
        return ready

    def close(self) -> None:
        """Watch nothing any longer."""
        self._keys.clear()
        self._changed.clear()

    def get_map(self) -> Mapping[Any, SelectorKey]:
        """Return what is watched."""
        return self._map


class _Map(Mapping[Any, SelectorKey]):
    """Keys by descriptor, or by what has one."""

    def __init__(self, keys: dict[int, SelectorKey]) -> None:
        self._keys = keys

    def __getitem__(self, fileobj: Any) -> SelectorKey:
        return self._keys[_descriptor(fileobj)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _descriptor(fileobj: Any) -> int:
    return fileobj if isinstance(fileobj, int) else int(fileobj.fileno())
