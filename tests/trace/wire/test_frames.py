"""Frames off the wire, against the encoders of websockets and wsproto (F35, F42)."""

import zlib

from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as WebsocketsFrame
from websockets.frames import Opcode as WebsocketsOpcode
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import BytesMessage, CloseConnection, Message, Ping, TextMessage
from wsproto.extensions import PerMessageDeflate as WsprotoDeflate
from wsproto.frame_protocol import MAX_PAYLOAD_NORMAL

from wslab.trace.model import EXCERPT, Frame, Opcode
from wslab.trace.wire import frames as frames_module
from wslab.trace.wire.frames import FrameReader, Inflater

payloads = st.one_of(
    st.binary(max_size=40),
    st.binary(min_size=120, max_size=135),
    st.builds(
        lambda b, n: b * n, st.binary(min_size=1, max_size=8), st.integers(0, 9999)
    ),
)
messages = st.lists(
    st.tuples(
        st.sampled_from([Opcode.TEXT, Opcode.BINARY]),
        st.lists(payloads, min_size=1, max_size=4),
    ),
    max_size=5,
)
controls = st.tuples(
    st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125)
)


def read(reader: FrameReader, data: bytes, sizes: list[int]) -> list[Frame]:
    """Everything that a reader makes of `data` in chunks of these sizes."""
    frames = []
    for size in sizes:
        frames += reader.feed(data[:size])
        data = data[size:]
    return frames + reader.feed(data)


def encode(opcode, payload, fin, mask, extensions=()) -> bytes:
    frame = WebsocketsFrame(WebsocketsOpcode(opcode), payload, fin)
    return frame.serialize(mask=mask, extensions=list(extensions))


@given(
    messages,
    st.lists(controls, max_size=4),
    st.booleans(),
    st.sampled_from(["plain", "takeover", "no takeover"]),
    st.lists(st.integers(0, 300), max_size=30),
)
def test_reads_what_websockets_writes(messages, controls, mask, deflate, sizes):
    """F42: fragments, control frames between them, masks, compression, any chunking."""
    takeover = deflate == "takeover"
    extensions = []
    if deflate != "plain":
        extensions = [PerMessageDeflate(not takeover, not takeover, 15, 15)]
    data, expected = b"", []
    interleaved = iter(controls)
    for number, (opcode, fragments) in enumerate(messages):
        for index, fragment in enumerate(fragments):
            fin = index == len(fragments) - 1
            kind = Opcode.CONTINUATION if index else opcode
            data += encode(kind, fragment, fin, mask, extensions)
            expected.append((kind, fin, number, fragment))
            for control, payload in [c for c in [next(interleaved, None)] if c]:
                data += encode(control, payload, True, mask, extensions)
                expected.append((control, True, None, payload))
    reader = FrameReader("client", Inflater(takeover) if extensions else None)
    frames = read(reader, data, sizes)
    seen = [(f.opcode, f.fin, f.message) for f in frames]
    assert seen == [e[:3] for e in expected]
    assert all(f.masked is mask for f in frames)
    for frame in frames:
        assert frame.compressed is (bool(extensions) and not frame.is_control)
    for number, (_, fragments) in enumerate(messages):
        parts = [f for f in frames if f.message == number]
        content = b"".join(fragments)
        assert sum(f.size for f in parts) == len(content)
        if len(content) <= EXCERPT:
            assert b"".join(f.payload for f in parts) == content
        if len(parts) == 1 or deflate == "plain":
            assert [f.payload for f in parts] == [p[:EXCERPT] for p in fragments]
    for frame, (*_, payload) in zip(frames, expected, strict=True):
        if frame.is_control:
            assert frame.payload == payload


def wsproto_side(kind: ConnectionType, deflate: bool) -> Connection:
    extensions = []
    if deflate:
        extension = WsprotoDeflate()
        extension.finalize(extension.offer())
        extensions = [extension]
    return Connection(kind, extensions)


@given(
    st.lists(st.one_of(st.text(max_size=200), st.binary(max_size=200)), max_size=8),
    st.booleans(),
    st.sampled_from([ConnectionType.CLIENT, ConnectionType.SERVER]),
    st.lists(st.integers(0, 100), max_size=20),
)
def test_reads_what_wsproto_writes(contents, deflate, kind, sizes):
    """F35, F42: text and binary messages, a ping between them and a close."""
    side = wsproto_side(kind, deflate)
    data = b""
    for content in contents:
        event: Message = (
            TextMessage(content) if isinstance(content, str) else BytesMessage(content)
        )
        data += side.send(event) + side.send(Ping(b"between"))
    data += side.send(CloseConnection(4001, "enough"))
    reader = FrameReader("client", Inflater() if deflate else None)
    frames = read(reader, data, sizes)
    close = frames.pop()
    assert (close.close_code, close.close_reason) == (4001, "enough")
    assert all(f.masked is (kind is ConnectionType.CLIENT) for f in [*frames, close])
    texts = [f for f in frames if f.message is not None]
    assert [f.payload for f in texts] == [
        (c.encode() if isinstance(c, str) else c)[:EXCERPT] for c in contents
    ]
    assert [f.payload for f in frames if f.is_control] == [b"between"] * len(contents)


@given(st.binary(max_size=400), st.booleans(), st.lists(st.integers(0, 50)))
def test_any_bytes_are_frames_in_any_chunking(data, deflate, sizes):
    """Reading never raises, and how TCP cut the bytes makes no difference."""
    whole = FrameReader("client", Inflater() if deflate else None).feed(data)
    chunked = FrameReader("client", Inflater() if deflate else None)
    assert read(chunked, data, sizes) == whole


def test_long_payload_is_cut_and_counted():
    """F42: memory is bounded by the excerpt, the length is the frame's."""
    data = encode(Opcode.BINARY, bytes(range(256)) * 4096, True, True)
    (frame,) = FrameReader("client").feed(data)
    assert frame.payload == bytes(range(EXCERPT))
    assert frame.length == frame.size == 1 << 20


def test_message_that_inflates_without_end_is_given_up(monkeypatch):
    """A recorder is no place for a decompression bomb to go off."""
    monkeypatch.setattr(frames_module, "INFLATE_LIMIT", 1 << 20)
    compressor = zlib.compressobj(wbits=-15)
    bomb = compressor.compress(bytes(8 << 20)) + compressor.flush(zlib.Z_SYNC_FLUSH)
    header = bytes([0xC2, 126]) + len(bomb[:-4]).to_bytes(2, "big")
    (frame,) = FrameReader("server", Inflater()).feed(header + bomb[:-4])
    assert len(bomb) > MAX_PAYLOAD_NORMAL
    assert frame.size is None
    assert frame.payload == bytes(EXCERPT)


def test_close_without_a_code_is_1005():
    """F41: an empty close frame (RFC 6455 section 7.1.5)."""
    (frame,) = FrameReader("client").feed(encode(Opcode.CLOSE, b"", True, True))
    assert (frame.close_code, frame.close_reason) == (1005, "")
