"""What is said to the application of the chapter HTTP and WebSocket."""

from .talk import client, get


async def one_port(port: int) -> None:
    """F43: a page, an API and two sockets on one port, and what is not there."""
    async with client(port, "/vote/tea") as voter:
        await voter.send("+")
        assert await voter.recv() == '{"tea":1,"coffee":0}'
    async with client(port, "/echo") as other:
        await other.send("hello")
        assert await other.recv() == "hello"
    assert await get(port, "/votes") == (200, '{"tea":1,"coffee":0}')
    assert (await get(port, "/"))[0] == 200
    assert (await get(port, "/nothing"))[0] == 404
