"""Bytes and the end of a connection: on both networks."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import sys

import pytest

from wslab.trace.taps.transport import close_kind

from .ends import BufferedEnd, End, connection

MUCH = bytes(range(256)) * 65536  # 16 MiB, more than any system holds


async def test_bytes_arrive_in_order():
    async with connection() as (client, server):
        for number in range(100):
            client.transport.write(b"%02d" % number)
        assert await server.gets(200) == b"".join(b"%02d" % n for n in range(100))
        server.transport.writelines([b"and ", bytearray(b"back"), memoryview(b"!")])
        assert await client.gets(9) == b"and back!"


async def test_nothing_is_written_but_bytes():
    async with connection() as (client, server):
        with pytest.raises(TypeError, match="bytes-like"):
            client.transport.write("text")
        client.transport.write(b"")
        client.transport.write(b"x")
        assert await server.gets(1) == b"x"


async def test_a_close_is_a_fin_after_what_was_written():
    async with connection() as (client, server):
        client.transport.write(MUCH)
        client.transport.close()
        assert client.transport.is_closing()
        assert await server.gets(len(MUCH)) == MUCH
        assert await server.end() == "lost"
        assert await client.end() == "lost"
    assert server.log == ["made", "eof", "lost"]
    assert client.log[0] == "made"
    assert "eof" not in client.log


async def test_a_connection_may_be_half_closed():
    async with connection(lambda: End(keeps_open=True)) as (client, server):
        client.transport.write(b"question")
        client.transport.write_eof()
        with pytest.raises(RuntimeError, match="after write_eof"):
            client.transport.write(b"more")
        await server.has("eof")
        assert bytes(server.received) == b"question"
        server.transport.write(b"answer")
        assert await client.gets(6) == b"answer"
        assert not client.transport.is_closing()
        server.transport.close()
        assert await client.end() == "lost"


async def test_a_close_with_bytes_unread_resets():
    """RFC 2525, section 2.17."""
    async with connection() as (client, server):
        server.transport.pause_reading()
        client.transport.write(b"unread")
        await asyncio.sleep(0)
        server.transport.close()
        assert await client.end() == ("lost", ConnectionResetError)
    assert "eof" not in client.log


@pytest.mark.skipif(sys.platform == "win32", reason="cannot tell")
async def test_what_a_close_will_be_can_be_told_before():
    async with connection() as (client, server):
        assert close_kind(server.transport) == "FIN"
        server.transport.pause_reading()
        client.transport.write(b"unread")
        await asyncio.sleep(0)
        assert close_kind(server.transport) == "reset"
        server.transport.resume_reading()
        await server.gets(6)
        assert close_kind(server.transport) == "FIN"


async def test_what_was_sent_before_a_reset_may_be_read():
    async with connection() as (client, server):
        server.transport.pause_reading()
        client.transport.write(b"unread")
        await asyncio.sleep(0)
        client.transport.pause_reading()
        server.transport.write(b"farewell")
        server.transport.close()
        await server.end()
        client.transport.resume_reading()
        assert await client.end() == ("lost", ConnectionResetError)
        assert bytes(client.received) == b"farewell"


async def test_an_abort_drops_what_was_not_sent_and_is_no_reset_by_itself():
    async with connection() as (client, server):
        server.transport.pause_reading()
        client.transport.write(MUCH)
        assert client.transport.get_write_buffer_size() > 0
        client.transport.abort()
        assert client.transport.get_write_buffer_size() == 0
        assert await client.end() == "lost"
        server.transport.resume_reading()
        assert await server.end() == "lost"
    assert 0 < len(server.received) < len(MUCH)
    assert MUCH.startswith(server.received)


async def test_a_close_that_does_not_linger_resets():
    async with connection() as (client, server):
        sock = client.transport.get_extra_info("socket")
        linger = struct.pack("ii", 1, 0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        client.transport.abort()
        assert await server.end() == ("lost", ConnectionResetError)


async def test_who_writes_to_somebody_who_has_gone_loses_the_connection():
    async with connection(lambda: End(keeps_open=True)) as (client, server):
        client.transport.close()
        await client.end()
        await server.has("eof")
        server.transport.write(b"anybody?")
        await asyncio.sleep(0)
        server.transport.write(b"hello?")
        assert await server.end() == ("lost", BrokenPipeError)


async def test_a_writer_is_told_when_to_pause_and_when_to_go_on():
    async with connection() as (client, server):
        client.transport.set_write_buffer_limits(high=1000, low=100)
        assert client.transport.get_write_buffer_limits() == (100, 1000)
        server.transport.pause_reading()
        assert not server.transport.is_reading()
        client.transport.write(MUCH)
        assert client.log == ["made", "pause"]
        assert client.transport.get_write_buffer_size() > 1000
        server.transport.resume_reading()
        assert await server.gets(len(MUCH)) == MUCH
        await client.has("resume")
        assert client.log == ["made", "pause", "resume"]
        assert client.transport.get_write_buffer_size() == 0


async def test_who_pauses_reading_gets_nothing_until_it_resumes():
    async with connection() as (client, server):
        server.transport.pause_reading()
        client.transport.write(b"later")
        for _ in range(10):
            await asyncio.sleep(0)
        assert server.received == b""
        client.transport.write_eof()
        server.transport.resume_reading()
        await server.has("eof")
        assert server.received == b"later"


async def test_a_buffered_protocol_gets_what_its_buffer_holds():
    async with connection(BufferedEnd) as (client, server):
        client.transport.write(b"0123456789abcdefghijklmno")
        assert await server.gets(25) == b"0123456789abcdefghijklmno"
        assert server.log == ["made", 10, 10, 5]


async def test_a_transport_takes_another_protocol():
    async with connection() as (client, server):
        other = End()
        server.transport.set_protocol(other)
        assert server.transport.get_protocol() is other
        client.transport.write(b"hello")
        assert await other.gets(5) == b"hello"
        server.transport.set_protocol(server)


async def test_a_protocol_that_raises_loses_its_connection():
    class Raises(End):
        def data_received(self, data):
            raise LookupError("no such thing")

    said = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: said.append(context))
    async with connection(Raises) as (client, server):
        client.transport.write(b"x")
        assert await server.end() == ("lost", LookupError)
        assert await client.end() == "lost"
    (context,) = said
    assert context["message"] == "Fatal error: protocol.data_received() call failed."
    assert context["transport"] is server.transport


async def test_tls_is_spoken_over_it():
    """Without certificates, since that is about the bytes beneath."""

    def context(purpose):
        made = ssl.SSLContext(purpose)
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
        made.maximum_version = ssl.TLSVersion.TLSv1_2
        made.set_ciphers("aNULL:@SECLEVEL=0")
        return made

    loop = asyncio.get_running_loop()
    async with connection() as (client, server):
        both = [
            loop.start_tls(
                server.transport,
                server,
                context(ssl.PROTOCOL_TLS_SERVER),
                server_side=True,
            ),
            loop.start_tls(client.transport, client, context(ssl.PROTOCOL_TLS_CLIENT)),
        ]
        server.transport, client.transport = await asyncio.gather(*both)
        client.transport.write(b"secret")
        assert await server.gets(6) == b"secret"
