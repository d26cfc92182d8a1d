"""Virtual environments of earlier releases: built once, and kept."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

from wslab.atlas.history.releases import Release


class EnvironmentFailed(Exception):
    """An environment could not be built; the text says why, in a sentence."""


class Environment:
    """The virtual environment of a release, in a directory of its own.

    The file `marker` in it says what it was built for. An environment that lacks it, or
    was built for something else, is built anew.
    """

    def __init__(self, release: Release, root: Path) -> None:
        self.release = release
        self.directory = root.absolute() / f"uvicorn-{release.uvicorn}"
        self.python = self.directory / "bin" / "python"
        self.marker = self.directory / "built-for.txt"

    @property
    def requirements(self) -> list[str]:
        """What pip installs, as in "uvicorn==0.54.0"."""
        return [f"{name}=={it}" for name, it in self.release.versions.items()]

    @property
    def purpose(self) -> str:
        """What the environment is for: the version of Python and the requirements."""
        return "\n".join([f"Python {platform.python_version()}", *self.requirements])

    @property
    def is_built(self) -> bool:
        """Whether it is there, for the release as it is now in the table."""
        try:
            return self.marker.read_text(encoding="utf-8") == self.purpose
        except FileNotFoundError:
            return False

    async def build(self) -> None:
        """Make the environment and install the packages, unless that has been done.

        One that is left half built, by an error or a cancellation, is removed.

        Raises:
            EnvironmentFailed: There is no such package for this Python, or no network.
        """
        if self.is_built:
            return
        self.remove()
        pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        try:
            await self._run(sys.executable, "-m", "venv", str(self.directory))
            await self._run(str(self.python), *pip, *self.requirements)
            self.marker.write_text(self.purpose, encoding="utf-8")
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Delete the directory."""
        shutil.rmtree(self.directory, ignore_errors=True)

    async def _run(self, *command: str) -> None:
        """Run a command to its end; its processes end with it, whatever happens."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            printed, _ = await process.communicate()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            lines = printed.decode("utf-8", "replace").strip().splitlines()
            raise EnvironmentFailed(
                f"the environment of uvicorn {self.release.uvicorn} can't be built: "
                f"{lines[-1] if lines else f'{command[2]} failed and said nothing'}"
            )
