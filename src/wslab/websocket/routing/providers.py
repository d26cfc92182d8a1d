"""Values that views get by parameter name, made per connection or per application."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import AsyncExitStack
from typing import Any, Literal, get_args

from wslab.websocket.errors import DeclarationError
from wslab.websocket.routing.signatures import name_of, named_parameters

ProviderScope = Literal["connection", "app"]

WEB_SOCKET = "ws"  # the parameter that gives a provider the view's WebSocket


class Provider:
    """A function that makes a value: plain or async, or a generator with clean-up.

    Args:
        function: its required parameters are the values that it needs.
        scope: "connection" or "app".
        name: the value's name; None for the function's.

    Raises:
        DeclarationError: there is no such scope, or nothing can supply a parameter.
    """

    __slots__ = ("function", "name", "needs", "scope")

    def __init__(
        self, function: Callable[..., Any], scope: ProviderScope, name: str | None
    ) -> None:
        self.function = function
        self.scope = scope
        self.name = name or name_of(function).rpartition(".")[2]
        self.needs = [
            one.name
            for one in named_parameters(function)
            if one.default is inspect.Parameter.empty
        ]
        if scope not in get_args(ProviderScope):
            raise DeclarationError(
                f'provider {self.name}: scope is "connection" or "app", not {scope!r}'
            )

    async def make(self, needs: dict[str, Any], stack: AsyncExitStack) -> Any:
        """Make the value; what is after a generator's yield goes on the stack.

        Raises:
            RuntimeError: a generator did not yield.
        """
        made: Any = self.function(**needs)
        if isinstance(made, AsyncGenerator):
            value = await anext(made, _NOTHING)
            stack.push_async_callback(_resume_async, self.name, made)
        elif isinstance(made, Generator):
            value = next(made, _NOTHING)
            stack.callback(_resume, self.name, made)
        else:
            return await made if inspect.isawaitable(made) else made
        if value is _NOTHING:
            raise RuntimeError(f"provider {self.name} did not yield")
        return value


class Providers:
    """The providers of one application, and the values that live as long as it does."""

    def __init__(self) -> None:
        self._providers: dict[str, Provider] = {}
        self._values: dict[str, Any] = {}
        self._stack = AsyncExitStack()
        self._making = asyncio.Lock()

    def __contains__(self, name: str) -> bool:
        return name in self._providers

    def register(
        self,
        function: Callable[..., Any],
        scope: ProviderScope = "connection",
        name: str | None = None,
    ) -> None:
        """Add a provider under its function's name or another one.

        Raises:
            DeclarationError: the name is taken, providers need each other in a cycle,
                or a value of the application needs one of a connection.
        """
        provider = Provider(function, scope, name)
        if provider.name in self._providers:
            raise DeclarationError(f"there is a provider {provider.name} already")
        self._providers[provider.name] = provider
        try:
            self._check_cycle(provider.name, [])
            for known in self._providers.values():
                self._check_scope(known)
        except DeclarationError:
            del self._providers[provider.name]
            raise

    def check(self, names: Iterable[str], owner: str) -> None:
        """Check that everything that these values need has a provider.

        Raises:
            DeclarationError: something has none; it names the `owner`.
        """
        for name in names:
            provider = self._providers.get(name)
            if provider is not None:
                self.check(provider.needs, name_of(provider.function))
            elif name != WEB_SOCKET:
                raise DeclarationError(
                    f"{owner}(): nothing supplies the parameter {name!r}: "
                    "there is no provider of that name"
                )

    async def values(
        self, names: Iterable[str], web_socket: Any, stack: AsyncExitStack
    ) -> dict[str, Any]:
        """Make or find the values for one connection; clean-up goes on the stack."""
        made = {WEB_SOCKET: web_socket}
        return {name: await self._value(name, made, stack) for name in names}

    async def startup(self) -> None:
        """Make every value of the application anew.

        One that connections without a lifespan have made may belong to a loop that has
        ended.
        """
        self._take_values()
        for name, provider in self._providers.items():
            if provider.scope == "app":
                self.check([name], name)
                await self._app_value(name)

    async def shutdown(self) -> None:
        """Clean up the application's values, the newest first."""
        await self._take_values().aclose()

    def _take_values(self) -> AsyncExitStack:
        """Forget the application's values; return what cleans them up."""
        stack = self._stack
        self._values, self._stack = {}, AsyncExitStack()
        self._making = asyncio.Lock()
        return stack

    async def _value(
        self, name: str, made: dict[str, Any], stack: AsyncExitStack
    ) -> Any:
        if name in made:
            return made[name]
        provider = self._providers[name]
        if provider.scope == "app":
            made[name] = await self._app_value(name)
        else:
            needs = {n: await self._value(n, made, stack) for n in provider.needs}
            made[name] = await provider.make(needs, stack)
        return made[name]

    async def _app_value(self, name: str) -> Any:
        """Make the value or find it; two connections at once do not make it twice."""
        if name not in self._values:
            async with self._making:
                await self._make_for_app(name)
        return self._values[name]

    async def _make_for_app(self, name: str) -> Any:
        if name not in self._values:
            provider = self._providers[name]
            needs = {n: await self._make_for_app(n) for n in provider.needs}
            self._values[name] = await provider.make(needs, self._stack)
        return self._values[name]

    def _check_cycle(self, name: str, path: list[str]) -> None:
        if name in path:
            cycle = " -> ".join([*path[path.index(name) :], name])
            raise DeclarationError(f"providers need each other in a cycle: {cycle}")
        if name in self._providers:
            for need in self._providers[name].needs:
                self._check_cycle(need, [*path, name])

    def _check_scope(self, provider: Provider) -> None:
        if provider.scope != "app":
            return
        for need in provider.needs:
            known = self._providers.get(need)
            if need == WEB_SOCKET or (known and known.scope == "connection"):
                raise DeclarationError(
                    f"provider {provider.name} lives as long as the application, "
                    f"but its parameter {need!r} is made for one connection"
                )


_NOTHING: Any = object()


async def _resume_async(name: str, generator: AsyncGenerator[Any, None]) -> None:
    if await anext(generator, _NOTHING) is not _NOTHING:
        await generator.aclose()
        raise RuntimeError(f"provider {name} yielded twice")


def _resume(name: str, generator: Generator[Any, None, None]) -> None:
    if next(generator, _NOTHING) is not _NOTHING:
        generator.close()
        raise RuntimeError(f"provider {name} yielded twice")
