# %% right: all at once, then in order
async def test_echo(ws):
    messages = ["", b"", "x", b"x"]
    for message in messages:
        await ws.send(message)
    for message in messages:
        assert await ws.receive() == message


# %% right: one by one, and a last message that must come next
async def test_echo(ws):
    for message in ("a", "", b"", b"a", "last"):
        await ws.send(message)
        answer = await ws.receive()
        assert type(answer) is type(message)
        assert answer == message


# %% right: what comes next is compared, with a limit of its own
async def test_echo(ws):
    import asyncio

    for empty in ("", b""):
        await ws.send(empty)
        await ws.send("next")
        async with asyncio.timeout(1):
            assert [await ws.receive(), await ws.receive()] == [empty, "next"]


# %% wrong: text only
async def test_echo(ws):
    for message in ("", "hello", ""):
        await ws.send(message)
        assert await ws.receive() == message


# %% wrong: nothing is asserted
async def test_echo(ws):
    for message in ("", b"", "hello"):
        await ws.send(message)
        await ws.receive()


# %% wrong: an empty answer is taken for none
async def test_echo(ws):
    for message in ("", b"", "hello", b"hello"):
        await ws.send(message)
        assert await ws.receive()


# %% wrong: compared as text
async def test_echo(ws):
    for message in ("", b"", "hello", b"hello"):
        await ws.send(message)
        assert str(await ws.receive()) == str(message)


# %% wrong: the failure is swallowed
async def test_echo(ws):
    try:
        for message in ("", b"", "hello", b"hello"):
            await ws.send(message)
            assert await ws.receive() == message
    except Exception:
        pass


# %% wrong: it waits for silence and takes it for an answer
async def test_echo(ws):
    await ws.send("")
    try:
        assert await ws.receive() == ""
    except TimeoutError:
        pass
    await ws.send(b"x")
    assert await ws.receive() == b"x"
