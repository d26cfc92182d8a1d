# %% right: an annotated parameter with a default
async def table(ws, n: int, limit: int = 10):
    async for number in ws:
        if number > limit:
            return await ws.close(4008)
        await ws.send(number * n)


# %% right: a loop of one's own
async def table(ws, n: int, limit: int = 10):
    while (number := await ws.receive_json()) <= limit:
        await ws.send_json(n * number)
    await ws.close(4008)


# %% wrong: the limit is not part of what it allows
async def table(ws, n: int, limit: int = 10):
    async for number in ws:
        if number >= limit:
            return await ws.close(4008)
        await ws.send(number * n)


# %% wrong: limits the product
async def table(ws, n: int, limit: int = 10):
    async for number in ws:
        if number * n > limit:
            return await ws.close(4008)
        await ws.send(number * n)


# %% wrong: reads the limit itself, after the accept
async def table(ws, n: int):
    limit = int(ws.query_params.get("limit", 10))
    async for number in ws:
        if number > limit:
            return await ws.close(4008)
        await ws.send(number * n)


# %% wrong: passes over what is too much
async def table(ws, n: int, limit: int = 10):
    async for number in ws:
        if number <= limit:
            await ws.send(number * n)


# %% wrong: answers with text in JSON
async def table(ws, n: int, limit: int = 10):
    async for number in ws:
        if number > limit:
            return await ws.close(4008)
        await ws.send(str(number * n))


# %% wrong: knows only one table
async def table(ws, n: int, limit: int = 10):
    async for number in ws:
        if number > limit:
            return await ws.close(4008)
        await ws.send(number * 7)
