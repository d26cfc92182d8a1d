"""Names, addresses, listeners: on both networks."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys

import pytest

from .ends import WAIT, End


async def unused_port():
    server = await asyncio.get_running_loop().create_server(End, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def test_where_nobody_listens_a_connection_is_refused():
    port = await unused_port()
    with pytest.raises(ConnectionRefusedError) as refused:
        await asyncio.open_connection("127.0.0.1", port)
    assert refused.value.errno == errno.ECONNREFUSED
    assert f"Connect call failed ('127.0.0.1', {port})" in str(refused.value)


async def test_a_name_that_nobody_has_is_not_found():
    with pytest.raises(socket.gaierror):
        await asyncio.open_connection("no-such-host.invalid", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", None, "0.0.0.0"])
async def test_a_listener_is_reached_by_its_addresses(host):
    server = await asyncio.get_running_loop().create_server(End, host, 0)
    async with server:
        ipv4 = [each for each in server.sockets if each.family == socket.AF_INET]
        port = ipv4[0].getsockname()[1]
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert writer.get_extra_info("peername") == ("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()


async def test_each_end_has_the_others_name():
    names = asyncio.get_running_loop().create_future()

    def accepted(reader, writer):
        sock = writer.get_extra_info("socket")
        names.set_result((sock.getsockname(), sock.getpeername()))
        writer.close()

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    async with server:
        reader, writer = await asyncio.open_connection(*address)
        own = writer.get_extra_info("sockname")
        assert writer.get_extra_info("peername") == address
        assert await asyncio.wait_for(names, WAIT) == (address, own)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 to compare with")
async def test_ipv6_has_addresses_of_its_own():
    server = await asyncio.get_running_loop().create_server(End, "::1", 0)
    async with server:
        name = server.sockets[0].getsockname()
        assert (name[0], *name[2:]) == ("::1", 0, 0)
        _reader, writer = await asyncio.open_connection("::1", name[1])
        assert writer.get_extra_info("peername") == name
        writer.close()
        await writer.wait_closed()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", name[1])


async def test_an_address_is_given_once():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(End, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(OSError, match="error while attempting to bind") as taken:
            await loop.create_server(End, "127.0.0.1", port)
        assert taken.value.errno == errno.EADDRINUSE
        assert f"('127.0.0.1', {port})" in str(taken.value)
    again = await loop.create_server(End, "127.0.0.1", port)
    again.close()
    await again.wait_closed()


async def test_another_machines_address_is_not_given():
    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        await asyncio.get_running_loop().create_server(End, "192.0.2.1", 0)


async def test_a_client_can_choose_its_own_address():
    loop = asyncio.get_running_loop()
    port = await unused_port()
    server = await loop.create_server(End, "127.0.0.1", 0)
    async with server:
        address = server.sockets[0].getsockname()
        transport, end = await loop.create_connection(
            End, *address, local_addr=("127.0.0.1", port)
        )
        assert transport.get_extra_info("sockname") == ("127.0.0.1", port)
        transport.abort()
        await end.end()


async def test_a_server_takes_a_socket_that_is_bound():
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    address = sock.getsockname()
    server = await asyncio.get_running_loop().create_server(End, sock=sock)
    assert server.sockets[0].getsockname() == address
    _reader, writer = await asyncio.open_connection(*address)
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    assert sock.fileno() == -1


async def test_a_server_may_begin_to_listen_later():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(End, "127.0.0.1", 0, start_serving=False)
    address = server.sockets[0].getsockname()
    assert not server.is_serving()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)
    serving = asyncio.create_task(server.serve_forever())
    await asyncio.sleep(0)
    assert server.is_serving()
    _, writer = await asyncio.open_connection(*address)
    writer.close()
    await writer.wait_closed()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert not server.is_serving()
    assert server.sockets == ()


async def test_a_server_that_is_closed_keeps_its_connections():
    loop = asyncio.get_running_loop()
    accepted = loop.create_future()

    def accept():
        accepted.set_result(End())
        return accepted.result()

    server = await loop.create_server(accept, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    _, client = await loop.create_connection(End, *address)
    other = await asyncio.wait_for(accepted, WAIT)
    await other.has("made")
    server.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)
    client.transport.write(b"still here")
    assert await other.gets(10) == b"still here"
    client.transport.close()
    await other.end()
    await server.wait_closed()


@pytest.mark.skipif(sys.version_info < (3, 13), reason="new in Python 3.13")
@pytest.mark.parametrize("end_clients", ["close_clients", "abort_clients"])
async def test_a_server_ends_its_connections(end_clients):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(End, "127.0.0.1", 0)
    _, client = await loop.create_connection(End, *server.sockets[0].getsockname())
    client.transport.write(b"hello")
    server.close()
    getattr(server, end_clients)()
    await asyncio.wait_for(server.wait_closed(), WAIT)
    await client.end()
