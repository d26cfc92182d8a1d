"""What a test does with a test client: the acts of a scenario, as it has them."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.atlas.acts import SendFrame
from wslab.trace.model import Opcode


@dataclass(frozen=True, slots=True)
class Message:
    """Send one whole message, text or binary."""

    content: str | bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close, with no code if it is None."""

    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Send a ping."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Vanish:
    """End the connection without a close frame."""


@dataclass(frozen=True, slots=True)
class Receive:
    """Wait for a message, or for the end."""


Step = Message | Close | Ping | Vanish | Receive


def step_of(frame: SendFrame) -> Message | Close | Ping | None:
    """Return the step that sends a frame; None where there is none but the bytes."""
    if not (frame.fin and frame.masked) or frame.rsv:
        return None
    payload = frame.payload
    try:
        match frame.opcode:
            case Opcode.TEXT:
                return Message(payload.decode())
            case Opcode.BINARY:
                return Message(payload)
            case Opcode.PING:
                return Ping(payload)
            case Opcode.CLOSE if not payload:
                return Close(None, "")
            case Opcode.CLOSE if len(payload) >= 2:
                return Close(int.from_bytes(payload[:2], "big"), payload[2:].decode())
    except UnicodeDecodeError:
        pass
    return None
