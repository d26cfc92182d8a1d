"""A server that fails: `python failing_server.py HOW PORT MODULE:NAME`.

It answers a page. It then `ends` with the first handshake, or it is `deaf`: it runs on
and takes no more connections. Or it is `pageless`, and wants an upgrade of everybody.
"""

import asyncio
import os
import sys

PAGE = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
NO_PAGE = PAGE.replace(b"200 OK", b"426 Upgrade Required")


async def main(how, port):
    async def connected(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        if how == "ends" and b"upgrade: websocket" in head:
            os._exit(7)
        if how == "deaf":
            server.close()
        writer.write(NO_PAGE if how == "pageless" else PAGE)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", int(port))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
