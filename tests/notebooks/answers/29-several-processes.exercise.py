# %% right: catches each broadcast's error, and tells its sender
async def talk(ws, rooms):
    async with rooms.membership("tea", ws) as room:
        async for text in ws:
            try:
                await room.broadcast(text)
            except ConnectionError:
                await ws.send("unconfirmed: " + text)


# %% right: a task for each text, in a group
async def talk(ws, rooms):
    async def say(text):
        try:
            await rooms.broadcast("tea", text)
        except OSError:  # of which ConnectionError is one
            await ws.send(f"unconfirmed: {text}")

    async with rooms.membership("tea", ws), asyncio.TaskGroup() as tasks:
        async for text in ws:
            tasks.create_task(say(text))


# %% right: asks gather for what came of it
async def talk(ws, rooms):
    async with rooms.membership("tea", ws):
        async for text in ws:
            saying = rooms.broadcast("tea", text)
            (error,) = await asyncio.gather(saying, return_exceptions=True)
            if isinstance(error, ConnectionError):
                await ws.send(f"unconfirmed: {text}")


# %% wrong: tries again, so that what was taken comes twice
async def talk(ws, rooms):
    async with rooms.membership("tea", ws):
        async for text in ws:
            for _ in range(3):
                try:
                    await rooms.broadcast("tea", text)
                    break
                except ConnectionError:
                    await asyncio.sleep(0.01)
            else:
                await ws.send(f"unconfirmed: {text}")


# %% wrong: the try is around the loop, which ends with the first error
async def talk(ws, rooms):
    async with rooms.membership("tea", ws):
        try:
            async for text in ws:
                await rooms.broadcast("tea", text)
        except ConnectionError:
            await ws.send(f"unconfirmed: {text}")


# %% wrong: swallows the error, and tells nobody
async def talk(ws, rooms):
    async with rooms.membership("tea", ws):
        async for text in ws:
            with suppress(ConnectionError):
                await rooms.broadcast("tea", text)


# %% wrong: tells everybody
async def talk(ws, rooms):
    async with rooms.membership("tea", ws):
        async for text in ws:
            try:
                await rooms.broadcast("tea", text)
            except ConnectionError:
                await rooms.broadcast("tea", f"unconfirmed: {text}")


# %% wrong: tells the sender for every text
async def talk(ws, rooms):
    async with rooms.membership("tea", ws):
        async for text in ws:
            with suppress(ConnectionError):
                await rooms.broadcast("tea", text)
            await ws.send(f"unconfirmed: {text}")
