"""asyncio's selector loop on sockets that are in memory."""

from __future__ import annotations

import asyncio
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Callable, Iterable
from typing import Any, cast

from wslab.live.network.addresses import AddressInfo, resolve
from wslab.live.network.network import Network
from wslab.live.network.selector import MemorySelector
from wslab.live.network.sock import MemorySocket


class SocketsLoop(BaseSelectorEventLoop):
    """What an event loop in memory listens and connects with; a subclass turns it.

    Transports, servers, streams and flow control are asyncio's own; only sockets and
    the resolving of names are replaced.

    Attributes:
        network: where its servers listen and its clients connect.
        sockets: tells which of them are ready.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.sockets = MemorySelector()
        super().__init__(self.sockets)

    async def getaddrinfo(  # type: ignore[override]
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[AddressInfo]:
        """Resolve a name of this machine's."""
        return resolve(host, port, family, flags)

    async def create_server(
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str | Iterable[str] | None = None,
        port: int | None = None,
        *,
        family: int = socket.AF_UNSPEC,
        flags: int = socket.AI_PASSIVE,
        sock: Any = None,
        **options: Any,
    ) -> asyncio.Server:
        """Listen, as every loop does; options of a system's sockets mean nothing."""
        if sock is None:
            hosts = [host] if host is None or isinstance(host, str) else list(host)
            sockets = self._bound(hosts, port, family, flags)
        else:
            sockets = [self.network.own(sock)]
        for name in ("reuse_address", "reuse_port", "keep_alive"):
            options.pop(name, None)
        first, *others = sockets
        start = options.pop("start_serving", True)
        server: Any = await super().create_server(  # type: ignore[call-overload]
            protocol_factory, sock=first, start_serving=False, **options
        )
        server._sockets += others
        if start:
            await server.start_serving()
        return cast(asyncio.Server, server)

    def _bound(
        self, hosts: list[Any], port: int | None, family: int, flags: int
    ) -> list[MemorySocket]:
        sockets = []
        infos = [info for it in hosts for info in resolve(it, port, family, flags)]
        for each, _, _, _, address in dict.fromkeys(infos):
            sock = self.network.new_socket(each)
            sockets.append(sock)
            try:
                sock.bind(address)
            except OSError as error:
                for opened in sockets:
                    opened.close()
                text = f"error while attempting to bind on address {address!r}: "
                raise OSError(error.errno, text + str(error.strerror).lower()) from None
        return sockets

    async def _connect_sock(
        self,
        exceptions: list[list[Exception]],
        addr_info: AddressInfo,
        local: Any = None,
    ) -> MemorySocket:
        """Connect a new socket, for `create_connection`."""
        family, _, _, _, address = addr_info
        sock = self.network.new_socket(family)
        try:
            for info in local or ():
                if info[0] == family:
                    sock.bind(info[4])
                    break
            await self.sock_connect(sock, address)
        except BaseException as error:
            sock.close()
            if isinstance(error, OSError):
                exceptions.append([error])
            raise
        return sock

    async def sock_connect(self, sock: Any, address: Any) -> None:
        """Connect, as every loop does; a refusal's note names who served there."""
        try:
            await super().sock_connect(sock, address)
        except ConnectionRefusedError as error:
            if starter := self.network.starters.get(address[1]):
                error.add_note(
                    "The server that was there has stopped; "
                    f"run {starter} again, the cell that started it."
                )
            raise

    def _make_socket_transport(
        self, sock: MemorySocket, *args: Any, extra: Any = None, **options: Any
    ) -> asyncio.Transport:
        """Make a transport that tells by "unread" what its socket holds."""
        extra = {**(extra or {}), "unread": sock.unread}
        transport: asyncio.Transport = super()._make_socket_transport(  # type: ignore[misc]
            sock, *args, extra=extra, **options
        )
        return transport

    def _make_self_pipe(self) -> None:
        """Make none: what wakes the loop needs no socket."""

    def _close_self_pipe(self) -> None:
        """Close none."""
