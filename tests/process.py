"""An application's file, run by the command `uvicorn` as its reader runs it."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

STARTED = re.compile(r"Uvicorn running on http://127\.0\.0\.1:(\d+)")


@dataclass
class Running:
    """A uvicorn process, and what it logs."""

    process: asyncio.subprocess.Process
    port: int = 0
    log: list[str] = field(default_factory=list)

    async def until_started(self) -> None:
        """Read the log up to the line that tells the port."""
        async for line in self._lines():
            if found := STARTED.search(line):
                self.port = int(found[1])
                return
        raise AssertionError("uvicorn did not start:\n" + "".join(self.log))

    async def rest(self) -> None:
        """Read the log to its end."""
        async for _ in self._lines():
            pass

    async def _lines(self) -> AsyncIterator[str]:
        assert self.process.stderr
        async for line in self.process.stderr:
            self.log.append(line.decode())
            yield self.log[-1]


@asynccontextmanager
async def uvicorn(directory: Path, *arguments: str) -> AsyncIterator[Running]:
    """Run `uvicorn` with arguments in a directory, on a free port, until Ctrl-C."""
    command = (str(Path(sys.executable).with_name("uvicorn")), *arguments)
    process = await asyncio.create_subprocess_exec(
        *command, "--port=0", cwd=directory, stderr=asyncio.subprocess.PIPE
    )
    running = Running(process)
    try:
        async with asyncio.timeout(60):
            await running.until_started()
        rest = asyncio.create_task(running.rest())
        yield running
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            await process.wait()
            await rest
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
