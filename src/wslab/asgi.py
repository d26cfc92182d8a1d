"""The types of the ASGI interface (asgiref, specs/main and specs/www 2.5)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]


def spec_version(scope: Scope) -> tuple[int, ...]:
    """Return the version of specs/www that the server follows; 2.0 if it names none."""
    version: str = scope.get("asgi", {}).get("spec_version", "2.0")
    return tuple(int(part) for part in version.split("."))


def route_path(scope: Scope) -> str:
    """Return the path below the application's mount point (`root_path`)."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    if not root:
        return path
    root = root.rstrip("/")
    inside = path == root or path.startswith(root + "/")
    return path[len(root) :] if inside else path
