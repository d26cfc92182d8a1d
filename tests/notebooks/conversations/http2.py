"""What is said to the application of the chapter about HTTP/2, over HTTP/1.1."""

from .talk import client, get


async def http2(port: int) -> None:
    """F10: the page and the sockets say how they came; `bye` closes."""
    async with client(port) as first, client(port) as second:
        greetings = [await first.recv(), await second.recv()]
        assert greetings == [f"HTTP/1.1, TCP connection {n}" for n in (1, 2)]
        await first.send("hello")
        assert await first.recv() == "hello"
        await first.send("bye")
        assert await first.recv() == "bye"
        await first.wait_closed()
        assert first.close_code == 1000
    status, text = await get(port, "/")
    assert status == 200
    assert "HTTP/1.1, TCP connection 3" in text
