"""What the tests say to each application that a chapter offers for download.

A conversation is a coroutine function of the port; its name is the application's, and
it asserts what the chapter promises. Each module has those of one chapter. An
application without one is greeted.
"""

from collections.abc import Awaitable, Callable
from importlib import import_module
from inspect import iscoroutinefunction
from pkgutil import iter_modules

from .talk import client

Conversation = Callable[[int], Awaitable[None]]


async def greeting(port: int) -> None:
    """An application that has no conversation of its own lets a client in."""
    async with client(port) as ws:
        assert ws.response.status_code == 101


MODULES = [
    import_module(f"{__name__}.{module.name}")
    for module in iter_modules(__path__)
    if module.name != "talk"
]
CONVERSATIONS: dict[str, Conversation] = {
    name: function
    for module in MODULES
    for name, function in vars(module).items()
    if iscoroutinefunction(function) and function.__module__ == module.__name__
}
