"""What the measured application adds to a server's start: six hundred times in a run.

Processor time of a fresh interpreter, with what uvicorn imports and with the atlas's
application beside it.
"""

from __future__ import annotations

import resource
import subprocess
import sys

from ratios import Bar, alternate, report

ROUNDS = 15
SERVER = (
    "import uvicorn.main, uvloop, uvicorn.protocols.http.httptools_impl, "
    "uvicorn.protocols.websockets.websockets_sansio_impl"
)


def imported(*statements: str) -> float:
    """Return the processor seconds of an interpreter that imports something."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "; ".join(statements)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Compare the two, and print the ratio beside its bar."""
    runs = {
        "uvicorn": lambda: imported(SERVER),
        "with the application": lambda: imported(SERVER, "import wslab.atlas.subject"),
    }
    figures = alternate(runs, ROUNDS)
    bar = Bar("with the application", "uvicorn", 1.6)
    report("An import", figures, bar.base, "ms", 1000, [bar])


if __name__ == "__main__":
    main()
