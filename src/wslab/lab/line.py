"""A line to a server that a cell can break, for clients that are to come back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self

from wslab.lab.keeping import keep, stop_earlier_execution
from wslab.lab.server import Server

HEAD_END = b"\r\n\r\n"
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"content-length: 0\r\nconnection: close" + HEAD_END
)
CHUNK = 64 * 1024


class Line:
    """A TCP proxy on 127.0.0.1, on a port that stays while servers come and go.

    `line = await Line(server).open()` passes bytes on until it is closed. While there
    is no server behind it, a request gets a 503, as it may from a reverse proxy. A cell
    that is run again closes the lines that it opened before.

    Attributes:
        server: the server behind it, None for none; connections that are there stay.
        port: where it listens, once it is open.
    """

    def __init__(self, server: Server | None = None) -> None:
        self.server = server
        self.port = 0
        self._refused: asyncio.Queue[None] = asyncio.Queue()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> Self:
        """Begin to listen; return the line itself."""
        await stop_earlier_execution()
        self._listener = await asyncio.start_server(self._began, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        keep(self)
        return self

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._listener.is_serving()

    def url(self, path: str = "/") -> str:
        """Return the WebSocket URL of a path at the near end of the line."""
        return f"ws://127.0.0.1:{self.port}{path}"

    def http_url(self, path: str = "/") -> str:
        """Return the http URL of a path, as `url` does."""
        return f"http://127.0.0.1:{self.port}{path}"

    def cut(self) -> None:
        """Drop every connection without a close frame, as a killed process does.

        Whatever was frozen is lost.
        """
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        self._flowing.set()

    def freeze(self) -> None:
        """Pass no byte on until the line is cut; the connections stay open."""
        self._flowing.clear()

    async def refusal(self) -> None:
        """Wait until a request has got a 503 that no earlier call has waited for."""
        await self._refused.get()

    async def close(self) -> None:
        """Cut the line and stop listening; nothing is left running."""
        self._listener.close()
        self.cut()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Close it: a cell that is run again stops what it started."""
        await self.close()

    def stop_now(self) -> None:
        """Cut the line and stop listening; its tasks end as the loop goes on."""
        with suppress(RuntimeError):  # the loop is closed
            self._listener.close()
            self.cut()

    def _began(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._writers.add(writer)
        with suppress(OSError, EOFError):
            if self.server is not None and self.server.running:
                await self._join(reader, writer, self.server.port)
            else:
                await reader.readuntil(HEAD_END)
                writer.write(REFUSAL)
                self._refused.put_nowait(None)
        writer.close()
        self._writers.discard(writer)

    async def _join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
    ) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        self._writers.add(to_server)
        try:
            await asyncio.gather(
                self._copy(reader, to_server), self._copy(from_server, writer)
            )
        finally:
            self._writers.discard(to_server)

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
