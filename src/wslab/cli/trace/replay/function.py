"""A test function: connections that are played again, those of one time together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent, wrap

from wslab.cli.trace.replay.handshake import Secrets, arguments
from wslab.cli.trace.replay.literal import WIDTH, laid_out, literal
from wslab.cli.trace.replay.script import (
    Close,
    Ended,
    LeftOut,
    Message,
    Open,
    Ping,
    Pong,
    Receive,
    Refused,
    Send,
    Step,
    Vanish,
    script,
)
from wslab.trace.ladder.label import printable
from wslab.trace.masking import MASK
from wslab.trace.model import Connection

LARGE = 1 << 20
"""Bytes of a message that `websockets` receives, unless asked otherwise."""


class Function:
    """Writes one test.

    Attributes:
        uses: what it needs of other modules and of the file: names.
    """

    def __init__(self, group: Sequence[Connection], secrets: Secrets) -> None:
        """Take connections that are playable, the first that began first."""
        self.uses: set[str] = set()
        self._group = group
        self._secrets = secrets
        self._alone = len(group) == 1

    def lines(self, app: str) -> Iterator[str]:
        """Yield the lines of the function; `app` is an expression."""
        yield f"def {self._name()}(traced):"
        for connection in self._group:
            title = f"Connection {connection.number}: {printable(connection.path)}"
            yield from comment("    ", title)
        yield f"    server = traced({app})"
        steps = [
            (at, connection, step)
            for connection in self._group
            for at, step in script(connection)
        ]
        if self._alone:
            yield from self._single(self._group[0], [step for _, _, step in steps])
        else:
            margin = " " * 4
            if any(isinstance(step, Open) for _, _, step in steps):
                self.uses.add("ExitStack")
                yield f"{margin}with ExitStack() as stack:"
                margin *= 2
            for _, connection, step in sorted(steps, key=lambda it: it[0]):
                yield from self._among_others(margin, connection, step)

    def _name(self) -> str:
        first, *others = (connection.number for connection in self._group)
        if not others:
            return f"test_connection_{first}"
        rest = f"{others[0]}" if len(others) == 1 else f"{len(others)}_more"
        return f"test_connections_{first}_and_{rest}"

    def _single(self, connection: Connection, steps: Sequence[Step]) -> Iterator[str]:
        match steps[0]:
            case Refused(status):
                yield from self._refused("    ", connection, status)
            case LeftOut(why):
                yield from comment("    ", f"Left out: {why}.")
            case _:
                yield from self._connect("    with ", connection, " as client:")
                written = [
                    it for step in steps for it in self._step(" " * 8, "client", step)
                ]
                is_code = any(not it.lstrip().startswith("#") for it in written)
                yield from written if is_code else [*written, "        pass"]

    def _among_others(
        self, margin: str, connection: Connection, step: Step
    ) -> Iterator[str]:
        """Yield a step, after which the server has dealt with what the client did."""
        client = f"client_{connection.number}"
        if isinstance(step, Refused):
            yield from self._refused(margin, connection, step.status)
            return
        if isinstance(step, Open):
            head = f"{margin}{client} = stack.enter_context("
            yield from self._connect(head, connection, ")")
        yield from self._step(margin, client, step)
        if isinstance(step, Open | Send | Ping | Pong | Close | Vanish):
            yield f"{margin}server.settle()"

    def _connect(self, head: str, connection: Connection, tail: str) -> Iterator[str]:
        self.uses.add("connect")
        yield from self._call(f"{head}connect", connection, tail)

    def _refused(
        self, margin: str, connection: Connection, status: int
    ) -> Iterator[str]:
        self.uses |= {"connect", "InvalidStatus", "status"}
        yield from self._call(f"{margin}assert status", connection, f" == {status}")

    def _call(self, head: str, connection: Connection, tail: str) -> Iterator[str]:
        """Yield a call with the arguments of `connect`, in a line or one a line."""
        request = connection.handshake.request
        assert request is not None
        given = list(arguments(request, self._secrets))
        if sum(it.size or 0 for it in connection.frames) > LARGE:
            given.append("max_size=None")
        line = f"{head}({', '.join(given)}){tail}"
        if len(line) <= WIDTH and "\n" not in line:
            yield line
            return
        margin = " " * (len(head) - len(head.lstrip()))
        yield f"{head}("
        for argument in given:
            yield indent(f"{argument},", f"{margin}    ")
        yield f"{margin}){tail}"

    def _step(self, margin: str, client: str, step: Step) -> Iterator[str]:
        match step:
            case Open(subprotocol) if subprotocol and MASK not in subprotocol:
                yield f"{margin}assert {client}.subprotocol == {literal(subprotocol)}"
            case Send(message):
                yield from self._send(margin, client, message)
            case Receive(message):
                yield from self._receive(margin, client, message)
            case Ping(payload):
                yield f"{margin}{client}.ping({literal(payload)})"
            case Pong(payload):
                yield f"{margin}{client}.pong({literal(payload)})"
            case Close(1005):
                yield f"{margin}{client}.close(None)"
            case Close(code, reason):
                yield from laid_out(margin, f"{client}.close({code}, ", reason, ")")
            case Vanish():
                self.uses.add("socket")
                yield f"{margin}{client}.socket.shutdown(socket.SHUT_WR)"
            case Ended(code, reason):
                self.uses.add("received")
                end = f'("closed", {code}, {literal(reason)})'
                yield f"{margin}assert received({client}) == {end}"
            case LeftOut(why):
                yield from comment(margin, f"Left out from here on: {why}.")

    def _send(self, margin: str, client: str, message: Message) -> Iterator[str]:
        begin = _value(message)
        tail = ", text=True)" if message.is_text and isinstance(begin, bytes) else ")"
        if message.size == len(message.begin):
            yield from laid_out(margin, f"{client}.send(", begin, tail)
            return
        yield from comment(margin, f"{_how_much(message)}, here others stand for it.")
        yield from laid_out(margin, "beginning = ", begin)
        encoded, fill = (
            (begin.encode(), '"x"') if isinstance(begin, str) else (begin, 'b"x"')
        )
        rest = f"{fill} * {message.size - len(encoded)}"
        yield f"{margin}{client}.send(beginning + {rest}{tail}"

    def _receive(self, margin: str, client: str, message: Message) -> Iterator[str]:
        self.uses.add("received")
        begin = _value(message)
        if message.size == len(message.begin):
            yield from laid_out(margin, f"assert received({client}) == ", begin)
            return
        self.uses.add("cut")
        yield from comment(margin, f"{_how_much(message)}.")
        yield from laid_out(margin, "beginning = ", begin)
        yield (
            f"{margin}assert cut(received({client}), {len(begin)}) == "
            f"(beginning, {message.size})"
        )


def comment(margin: str, text: str) -> list[str]:
    """Return a text as a comment of several lines."""
    return [f"{margin}# {line}" for line in wrap(text, WIDTH - len(margin) - 2)]


def _value(message: Message) -> str | bytes:
    """Return what is known of a message: a text as str, if it is one."""
    if not message.is_text:
        return message.begin
    if len(message.begin) < message.size:
        return message.begin.decode(errors="ignore")  # it may be cut in a character
    try:
        return message.begin.decode()
    except UnicodeDecodeError:
        return message.begin


def _how_much(message: Message) -> str:
    return f"The recording has {len(message.begin)} of the {message.size} bytes"
