"""What the applications under measure report, and the signals that they wait for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from wslab.atlas.views import application_line, folded, matches, normal
from wslab.trace.document import event_from_json
from wslab.trace.model import ApplicationEvent


class Journal:
    """What the application reported of one run.

    `lines` is the application's view of its events. `is_cut` says that its process
    has ended: nothing more will come.
    """

    def __init__(self) -> None:
        self._events: list[tuple[float, int, ApplicationEvent]] = []
        self.lines: list[str] = []
        self.ended = 0
        self.is_cut = False
        self._calls: list[int] = []
        self._clients: dict[int, int] = {}
        self._inside: list[str] = []
        self._news = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    async def until(self, reached: Callable[[Journal], bool], seconds: float) -> bool:
        """Wait until something is reached; return whether it was, in that time."""
        try:
            async with asyncio.timeout(seconds):
                while not reached(self):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def has(self, pattern: str) -> bool:
        """Return whether a line of the view matches."""
        return any(matches(line, pattern) for line in self.lines)

    @property
    def is_over(self) -> bool:
        """Whether every call of the application has ended."""
        return self.ended == self.calls

    @property
    def calls(self) -> int:
        """How often the application was called."""
        return len(self._calls)

    def events_of(self, client: int) -> list[tuple[float, ApplicationEvent]]:
        """Return the events of the call for a client, counted from 0, with their times.

        There are none where the server did not call the application for it.
        """
        call = self._clients.get(client)
        return [(at, event) for at, of, event in self._events if of == call]

    def view(self) -> tuple[str, ...]:
        """Return the application's view as it is now."""
        if not self.calls:
            return ("is not called",)
        if self.is_over:
            return folded(self.lines)
        where = " and ".join(f"{name}()" for name in sorted(set(self._inside)))
        lines = folded(self.lines)
        if self.is_cut:
            return (*lines, f"is cut off in {where}" if where else "is cut off")
        return (*lines, f"waits in {where}" if where else "still runs")

    def add(self, line: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        """Take a line that the application's process sent."""
        self._writers.add(writer)
        match line:
            case {"type": kind, "scope": scope}:
                self._calls.append(line["call"])
                self._clients[line["client"]] = line["call"]
                if kind != "websocket":
                    self.lines.append(f"is called for {kind}")
                self.lines += [f"{key}: {normal(text)}" for key, text in scope.items()]
            case {"enters": name}:
                self._inside.append(name)
            case {"leaves": name}:
                self._inside.remove(name)
            case {"lifespan": kind}:
                self.lines.append(f"receives {kind}")
            case {"note": note}:
                self.lines.append(f"notes {normal(note)}")
            case {"event": document, "at": at}:
                event = event_from_json(document)
                assert isinstance(event, ApplicationEvent)
                self._events.append((at, line["call"], event))
                self.ended += event.is_end
                if event.type != "http":
                    self.lines.append(application_line(event))
        self._news.set()

    def cut(self, writer: asyncio.StreamWriter) -> None:
        """Note the end of a process, if it is the one that reported this run."""
        self.is_cut = self.is_cut or writer in self._writers
        self._news.set()

    def signal(self, name: str) -> None:
        """Let the application go on."""
        for writer in self._writers:
            writer.write(f"{name}\n".encode())


class Channel:
    """Listens on 127.0.0.1 for the processes that play scenarios.

    `async with Channel() as channel` opens it; `address` goes into the environment of
    those processes.
    """

    def __init__(self) -> None:
        self.address = ""
        self._journals: dict[str, Journal] = {}
        self._handlers: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def __aenter__(self) -> Channel:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        for writer in self._handlers.values():
            writer.close()
        await asyncio.gather(*self._handlers)
        await self._server.wait_closed()

    def open(self, run: str) -> Journal:
        """Return the journal of a run that is about to begin."""
        journal = self._journals[run] = Journal()
        return journal

    def close(self, run: str) -> None:
        """Take nothing more for a run."""
        self._journals.pop(run, None)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handlers[task] = writer
        try:
            while line := await reader.readline():
                report = json.loads(line)
                if journal := self._journals.get(report["run"]):
                    journal.add(report, writer)
        except ConnectionError:
            pass
        finally:
            del self._handlers[task]
            writer.close()
            for journal in self._journals.values():
                journal.cut(writer)
