"""What a page's Python may import, in archives that load apart from each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PYODIDE = "pyodide"
"""The package of npm that has the interpreter."""


@dataclass(frozen=True)
class Bundle:
    """Distributions that load together.

    Attributes:
        name: of the archive.
        distributions: as requirements.lock names them; `wslab` has a part in two.
        imports: what a cell imports that needs it, with all modules below.
        needs: the names of the bundles that it imports.
    """

    name: str
    distributions: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


CORE = "core"
"""The bundle that every page loads: the lab, uvicorn and websockets."""

ATLAS = "atlas"
"""The bundle of `wslab.atlas` and what it has measured."""

TOOLS = "tools"
"""The bundle of modules of the standard library that hardly any cell imports."""

RARE = (
    *("bdb", "cProfile", "compileall", "doctest", "filecmp", "fileinput"),
    *("ftplib", "imaplib", "mailbox", "modulefinder", "pdb", "pickletools", "plistlib"),
    *("poplib", "profile", "pstats", "pyclbr", "rlcompleter", "shelve", "smtplib"),
    *("symtable", "tabnanny", "trace", "unittest", "wave", "wsgiref", "xml", "xmlrpc"),
    *("zipapp",),
)
"""These modules: all that a page loads at its start may have 9.5 MB."""

LEFT_OUT = re.compile(
    r"""
    encodings/(?:
        cp(?!437\.|1252\.)\w+ | iso8859_(?!15?\.)\w+ | mac_\w+ | koi8_\w
        | hp_roman8 | kz1048 | palmos | ptcp154 | tis_620  # tables of 3 to 7 KB
    )\.py
    | _(?:pydatetime|pyio)\.py  # in place of modules in C, which are there
    | _pyrepl/(?!__init__|pager|trace|types|utils).*  # a terminal
    | asyncio/(?:proactor_events|windows_\w+)\.py
    | multiprocessing/(?:dummy/.* | (?:managers|pool|popen_\w+|shared\w+)\.py)
    """,
    re.X,
)
"""Files of the standard library that are of no use in a page."""

AT_START = (
    "IPython.lib.pretty",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.h11_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
    "websockets.asyncio.client",
)
"""What a page's first echo imports beside what our own modules name.

Of the standard library and of the core these are compiled, the rest has its source."""

BUNDLES = (
    Bundle(
        CORE,
        ("uvicorn", "h11", "click", "websockets", "wsproto", "ipython"),
    ),
    Bundle(TOOLS, imports=RARE),
    Bundle(ATLAS, imports=("wslab.atlas",)),
    Bundle(
        "starlette",
        ("starlette", "anyio", "idna", "itsdangerous", "typing-extensions"),
        ("starlette", "anyio", "idna", "itsdangerous", "typing_extensions"),
    ),
    Bundle(
        "fastapi",
        (
            "fastapi",
            "pydantic",
            "pydantic-core",
            "annotated-doc",
            "annotated-types",
            "opentelemetry-api",
            "typing-inspection",
        ),
        ("fastapi", "pydantic", "pydantic_core", "annotated_types"),
        ("starlette",),
    ),
    Bundle(
        "httpx",
        ("httpx", "httpcore", "certifi", "httpx-ws"),
        ("httpx", "httpx_ws", "starlette.testclient", "fastapi.testclient"),
        ("starlette",),
    ),
    Bundle(
        "socketio",
        ("python-socketio", "python-engineio", "bidict", "simple-websocket"),
        ("socketio", "engineio"),
    ),
    Bundle("websocket-client", ("websocket-client",), ("websocket",)),
    Bundle(
        "h2",
        ("h2", "hpack", "hyperframe"),
        ("h2", "hpack", "hyperframe"),
    ),
)

KEPT = {
    "ipython": ("IPython/lib/pretty.py",),
}
"""The files that a page takes of a distribution of which it needs little."""


def distributions() -> Iterator[str]:
    """Yield the names of all distributions, each once."""
    yield from dict.fromkeys(it for bundle in BUNDLES for it in bundle.distributions)
