"""What opens in the playground: an application and its client, carried by a link."""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

FOLDER = "playground"
"""The address of the playground's page, below the site's."""

PORT = 8000
"""Where its server listens, as uvicorn does by default."""


@dataclass(frozen=True)
class Project:
    """What a playground has in it, as frontend/src/live/playground/project.ts says.

    Attributes:
        name: that of the module, as in `uvicorn name:app`.
        application: the module's source.
        client: the source of a client in Python, which may `await` at its top level.
        options: those of `serve` that the playground has.
    """

    name: str
    application: str
    client: str
    options: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def fragment(self) -> str:
        """The fragment that carries it: JSON, compressed, in base64 (`share.ts`)."""
        parts = [self.name, self.application, "py", self.client, 1, dict(self.options)]
        packing = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
        packed = packing.compress(json.dumps(parts, ensure_ascii=False).encode())
        told = urlsafe_b64encode(packed + packing.flush()).rstrip(b"=").decode()
        return f"#run=playground.{told}"
