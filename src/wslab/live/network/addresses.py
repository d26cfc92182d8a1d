"""The names and addresses of a machine that has its loopback interface alone."""

from __future__ import annotations

import errno
import ipaddress
import itertools
import os
import socket
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")

Address = tuple[str, int] | tuple[str, int, int, int]
"""Host and port; of IPv6 flow and scope, too."""

AddressInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, Address]
"""What `socket.getaddrinfo` gives a list of."""

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
WILDCARD = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}

EPHEMERAL = range(49152, 65536)
"""IANA's dynamic ports (RFC 6335, section 6), for whoever asks for port 0."""


def address(family: int, host: str, port: int) -> Address:
    """Return an address in the form that its family has."""
    return (host, port, 0, 0) if family == socket.AF_INET6 else (host, port)


def reached(family: int, address: Address) -> str:
    """Return the host that an address leads to: "0.0.0.0" to the machine itself.

    Raises:
        OSError: to none, as there is no other machine.
    """
    ip = ipaddress.ip_address(address[0])
    if ip.is_unspecified:
        return LOOPBACK[socket.AddressFamily(family)]
    if not ip.is_loopback:
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
    return address[0]


def resolve(host: Any, port: Any, family: int = 0, flags: int = 0) -> list[AddressInfo]:
    """Return what `socket.getaddrinfo` does on a machine without a name server.

    Raises:
        socket.gaierror: the name is not this machine's.
    """
    name = host.decode() if isinstance(host, bytes) else host
    if not name:
        hosts = WILDCARD if flags & socket.AI_PASSIVE else LOOPBACK
    elif name == "localhost" or name.endswith(".localhost"):  # RFC 6761, section 6.3
        hosts = LOOPBACK
    else:
        hosts = _literal(name)
    found: list[AddressInfo] = [
        (each, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address(each, host, number))
        for each, host in hosts.items()
        for number in [int(port or 0)]
        if family in (socket.AF_UNSPEC, each)
    ]
    if not found:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return found


def _literal(host: str) -> dict[socket.AddressFamily, str]:
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return {}
    return {socket.AF_INET if version == 4 else socket.AF_INET6: host}


class Ports(Generic[T]):
    """Which socket has which address; one that is lost has none any longer."""

    def __init__(self) -> None:
        self._next = itertools.cycle(EPHEMERAL)
        self._taken: WeakValueDictionary[tuple[int, str, int], T] = (
            WeakValueDictionary()
        )

    def take(self, sock: T, family: int, wanted: Address) -> Address:
        """Give an address to a socket and return it; port 0 is one that is free.

        Raises:
            OSError: another has it, or it is not this machine's.
        """
        host, port = wanted[:2]
        ip = ipaddress.ip_address(host)
        if not (ip.is_loopback or ip.is_unspecified):
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
        ports = [port] if port else itertools.islice(self._next, EPHEMERAL.stop >> 2)
        for each in ports:
            if not self._is_taken(family, host, each):
                self._taken[family, host, each] = sock
                return address(family, host, each)
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

    def release(self, sock: T, family: int, name: Address) -> None:
        """Free an address, if it is this socket that has it."""
        key = (family, name[0], name[1])
        if self._taken.get(key) is sock:
            del self._taken[key]

    def holder(self, family: int, host: str, port: int) -> T | None:
        """Return the socket that is reached at a port of a host."""
        wildcard = WILDCARD[socket.AddressFamily(family)]
        exact = self._taken.get((family, host, port))
        return exact or self._taken.get((family, wildcard, port))

    def _is_taken(self, family: int, host: str, port: int) -> bool:
        if host == WILDCARD[socket.AddressFamily(family)]:
            return any((family, port) == (f, p) for f, _, p in self._taken)
        return self.holder(family, host, port) is not None
