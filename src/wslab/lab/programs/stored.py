"""What a cell does with system programs, or what is stored where one is missing."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from wslab.lab.archive import Archive, Kept, StoredResultChanged
from wslab.lab.programs.program import find_program, program_version
from wslab.trace.trace import Trace

Session = Callable[[], Awaitable[Any]]

TRACE = "wslab trace"
"""The key of a trace within what is stored."""


def _to_plain(value: Any) -> Any:
    """Return what is stored of a value."""
    match value:
        case Trace():
            return {TRACE: value.to_json()}
        case dict():
            return {str(key): _to_plain(it) for key, it in value.items()}
        case list() | tuple():
            return [_to_plain(it) for it in value]
        case _:
            return value


def _from_plain(value: Any) -> Any:
    match value:
        case {"wslab trace": document}:
            return Trace.from_json(document)
        case dict():
            return {key: _from_plain(it) for key, it in value.items()}
        case list():
            return [_from_plain(it) for it in value]
        case _:
            return value


def _told(value: Any) -> Any:
    """Return what is compared of a stored value: of a trace its text."""
    match value:
        case {"wslab trace": document}:
            return Trace.from_json(document).text.splitlines()
        case dict():
            return {key: _told(it) for key, it in value.items()}
        case list():
            return [_told(it) for it in value]
        case _:
            return value


PROGRAMS = Archive(
    "programs", "program", "program", frozenset({"value"}), compared=_told
)
"""The results of system programs."""


@dataclass(frozen=True)
class ProgramResult:
    """What a session with system programs returned; a notebook shows it.

    Attributes:
        version: of the programs, such as "nginx 1.22.1, haproxy 2.6.12".
        value: what the session returned.
        stored: whether one of them is missing here, and this is what was recorded with
            that version.
    """

    version: str
    value: Any
    stored: bool = False

    def __getitem__(self, key: Any) -> Any:
        return self.value[key]

    def __str__(self) -> str:
        return _text(self)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        return {"text/html": _html(self), "text/plain": _text(self)}


def with_programs(
    *programs: str, stored: str
) -> Callable[[Session], Callable[[], Awaitable[ProgramResult]]]:
    """Decorate a function that uses system programs; what it returns is kept.

    The function takes no argument. It returns plain data as JSON has it, and traces,
    nested as you like. Calling the decorated function runs it where all programs are
    installed. Where one is missing, the result stored under its name is returned. A
    result that differs from the stored one is an error (a trace by its text), and
    WSLAB_RECORD=1 stores it instead; in a downloaded notebook, which carries its
    results with it, the difference is a warning.

    Args:
        programs: executables, such as "nginx", "haproxy", "redis-server".
        stored: the result's name, a file `programs/NAME.json` beside the notebook.

    Raises:
        StoredResultChanged: the result is not the stored one, or there is none; raised
            by the decorated function.
    """

    def decorate(session: Session) -> Callable[[], Awaitable[ProgramResult]]:
        async def run() -> ProgramResult:
            missing = [name for name in programs if find_program(name) is None]
            if missing:
                return _kept_instead(stored, missing)
            version = ", ".join(map(program_version, programs))
            value = await session()
            PROGRAMS.settle(stored, Kept(version, {"value": _to_plain(value)}))
            return ProgramResult(version, value)

        return run

    return decorate


def _kept_instead(name: str, missing: list[str]) -> ProgramResult:
    kept = PROGRAMS.load(name)
    if kept is None:
        raise StoredResultChanged(
            f"{name}: {' and '.join(missing)} is not installed here, and there is no "
            f"stored result, {PROGRAMS.file(name)}"
        )
    return ProgramResult(kept.version, _from_plain(kept.data["value"]), stored=True)


def _origin(result: ProgramResult) -> str:
    if result.stored:
        return f"{result.version}, a stored result: not installed here"
    return result.version


def _named(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else [("", value)]


def _text(result: ProgramResult) -> str:
    lines = [_origin(result)]
    for name, value in _named(result.value):
        label = f"{name}: " if name else ""
        shown = f"\n{value}" if isinstance(value, Trace) else _compact(value)
        lines.append(f"{label}{shown}".strip())
    return "\n".join(lines)


def _html(result: ProgramResult) -> str:
    parts = [f"<p>{escape(_origin(result))}</p>"]
    for name, value in _named(result.value):
        label = f"{escape(name)}: " if name else ""
        if isinstance(value, Trace):
            ladder = value._repr_mimebundle_()["text/html"]
            parts.append((f"<p>{label}</p>" if label else "") + ladder)
        else:
            parts.append(f"<p>{label}<code>{escape(_compact(value))}</code></p>")
    return f'<div class="wslab-programs">{"".join(parts)}</div>'


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
