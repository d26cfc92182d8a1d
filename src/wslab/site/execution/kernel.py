"""A kernel of the running Python, watched and certain to end."""

import ast
import asyncio
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil  # type: ignore[import-untyped]
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_async

from wslab.kernel import asserts, probe
from wslab.kernel.extensions import EXTENSIONS

PROBE = probe.__name__
# An expression, since it binds no name in the notebook.
LOADED = f"__import__('importlib').import_module({PROBE!r})"
ATTEMPTS = 3
STARTUP = 60.0  # seconds; a start takes one, a loaded machine takes its time


class KernelDied(Exception):
    """The kernel ended or is unfit; the text has its last words on standard error."""


class ThisPython(KernelSpecManager):
    """The kernel of `sys.executable`, whatever else is installed under its name."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return how to start this Python's kernel, whatever name is asked for."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        argv += ["--HistoryManager.enabled=False", "--log-level=ERROR"]
        argv += [f"--ext={name}" for name in EXTENSIONS]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


class Kernel:
    """An async context manager: a kernel that has answered, and its client.

    On leaving, the kernel and every process that it started are killed at once, and
    their temporary files are removed.
    """

    manager: AsyncKernelManager
    client: AsyncKernelClient

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def __aenter__(self) -> Self:
        self._files = tempfile.TemporaryDirectory(prefix="wslab-kernel-")
        try:
            await self._start()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()
        self._files.cleanup()

    async def evaluate(self, statement: str, expression: str) -> Any:
        """Run a statement unseen in the kernel, and return an expression's value.

        Args:
            statement: binds its names in the notebook, if it binds any.
            expression: what it is shown as has to be a literal.

        Raises:
            KernelDied: the statement or the expression raised.
            TimeoutError: the kernel does not answer within `STARTUP` seconds.
        """
        reply = await self.client.execute(
            statement,
            silent=True,
            user_expressions={"value": expression},
            reply=True,
            timeout=STARTUP,
        )
        content = reply["content"]
        value = content["user_expressions"].get("value", content)
        if value["status"] != "ok":  # as where the package cannot be imported
            traceback = "\n".join(value.get("traceback", [value["status"]]))
            raise KernelDied(f"{self.last_words()}\n{traceback}")
        return ast.literal_eval(value["data"]["text/plain"])

    async def begin(self) -> None:
        """Take nothing that runs in the kernel now for a leak."""
        await self.evaluate(f"{LOADED}.begin()", "None")

    async def leaks(self) -> list[str]:
        """Return what the cells since `begin()` left behind, each in words."""
        found = await self.evaluate(f"await {LOADED}.settle()", f"{LOADED}.leaks()")
        return [str(leak) for leak in found]

    async def asserted(self, line: int) -> str:
        """Return the operands of the assert in a line of a cell, if it failed there."""
        loaded = LOADED.replace(PROBE, asserts.__name__)
        with suppress(KernelDied, TimeoutError):
            return "\n".join(await self.evaluate("", f"{loaded}.values({line})"))
        return ""

    async def pending(self, patience: float = 2.0) -> str:
        """Return what each thread does and each task awaits, even if nothing answers.

        Args:
            patience: seconds to wait for the tasks; the threads need none.
        """
        if not hasattr(signal, "SIGUSR1"):
            return ""
        report = Path(self.manager.connection_file).with_suffix(probe.SUFFIX)
        os.kill(self.pid, signal.SIGUSR1)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            stacks, _, answer = report.read_text().partition(probe.BEGIN)
            if probe.END in answer:
                return answer.partition(probe.END)[0].strip()
            await asyncio.sleep(0.05)
        # No Python code runs any more: only the stacks from C are there.
        main = stacks[max(stacks.find("Current thread"), 0) :].splitlines()
        return "\n".join(takewhile(lambda line: "/IPython/core/" not in line, main))

    @property
    def pid(self) -> int:
        """The identifier of the kernel's process."""
        return int(self.manager.provisioner.pid)  # type: ignore[union-attr]

    def last_words(self) -> str:
        """Return the end of what the process itself wrote to its standard error."""
        text = self._stderr.read_text(errors="replace")
        return "\n".join(text.splitlines()[-20:])

    @property
    def _stderr(self) -> Path:
        return Path(self._files.name, "stderr")

    async def _start(self) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._try_start()
                return
            except (RuntimeError, ValueError) as error:
                # Its ports are chosen before it binds them: another may be faster.
                # Then it dies, or its client hears another kernel, of another key.
                if attempt == ATTEMPTS:
                    raise KernelDied(f"{error}\n{self.last_words()}") from error
                await self._stop()

    async def _try_start(self) -> None:
        self.manager = AsyncKernelManager(
            kernel_spec_manager=ThisPython(),
            transport="tcp",
            connection_file=str(Path(self._files.name, "kernel.json")),
        )
        stderr = os.open(self._stderr, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            await self.manager.start_kernel(
                cwd=str(self.directory),
                env={**os.environ, "TMPDIR": self._files.name},
                stdout=stderr,
                stderr=stderr,
            )
        finally:
            os.close(stderr)
        self.client = self.manager.client()
        # No heartbeat: its thread may wait for ever for a kernel that is gone, and its
        # end is waited for in this loop. Whether a kernel lives, its manager knows.
        self.client.start_channels(hb=False)
        await self.client.wait_for_ready(timeout=STARTUP)
        self.client.allow_stdin = False
        await self.begin()

    async def _stop(self) -> None:
        if getattr(self, "manager", None) is None:
            return
        if self.manager.has_kernel:
            children = kill_family(self.pid)
            await self.manager.shutdown_kernel(now=True)
            while any(map(writes, children)):  # noqa: ASYNC110, for want of an event
                await asyncio.sleep(0.01)
        if hasattr(self, "client"):
            self.client.stop_channels()
        await ensure_async(self.manager.cleanup_resources())


def kill_family(pid: int) -> list[psutil.Process]:
    """Kill a process and all that descend from it, without waiting; return these."""
    try:
        process = psutil.Process(pid)
        children: list[psutil.Process] = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    for member in (process, *children):
        with suppress(psutil.NoSuchProcess):
            member.kill()
    return children


def writes(process: psutil.Process) -> bool:
    """Return whether a process that was killed may still write a file."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
