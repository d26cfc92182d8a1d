"""Reading the signature of a function that a user declares."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from wslab.websocket.errors import DeclarationError

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def name_of(function: Callable[..., Any]) -> str:
    """Return the function's name, as errors show it."""
    return getattr(function, "__qualname__", type(function).__qualname__)


def require_async(function: Callable[..., Any], what: str) -> None:
    """Check that calling the function gives a coroutine.

    Raises:
        DeclarationError: it does not; the error says that `what` must be async.
    """
    call = getattr(function, "__call__", None)  # noqa: B004
    if not (inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)):
        raise DeclarationError(
            f"{what} {name_of(function)}() must be declared with async def"
        )


def named_parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters that can be given by name, with their annotations resolved.

    Raises:
        DeclarationError: there is another one, except a first positional one, or an
            annotation names nothing.
    """
    hints = _hints(function)
    parameters = list(inspect.signature(function).parameters.values())
    for index, one in enumerate(parameters):
        first = index == 0 and one.kind is inspect.Parameter.POSITIONAL_ONLY
        if one.kind not in _NAMED and not first:
            raise DeclarationError(
                f"{name_of(function)}(): nothing supplies the parameter {one}"
            )
    return [
        one.replace(annotation=hints.get(one.name, one.annotation))
        for one in parameters
    ]


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    call = getattr(function, "__call__", None)  # noqa: B004
    target = function if inspect.isroutine(function) else call
    try:
        return get_type_hints(target)
    except (NameError, TypeError) as error:
        raise DeclarationError(f"{name_of(function)}(): {error}") from error
