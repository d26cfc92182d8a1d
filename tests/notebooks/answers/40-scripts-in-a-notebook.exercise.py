# %% right: gather
async def ask(url):
    return await asyncio.gather(question(url, "one"), question(url, "two"))


# %% right: a task group
async def ask(url):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(question(url, text)) for text in ("one", "two")]
    return [task.result() for task in tasks]


# %% wrong: one after the other
async def ask(url):
    return [await question(url, text) for text in ("one", "two")]


# %% wrong: in the order of the answers
async def ask(url):
    tasks = [asyncio.create_task(question(url, text)) for text in ("one", "two")]
    return [await task for task in asyncio.as_completed(tasks)]


# %% wrong: forgets the answers
async def ask(url):
    async with asyncio.TaskGroup() as group:
        group.create_task(question(url, "one"))
        group.create_task(question(url, "two"))


# %% wrong: both questions on one connection
async def ask(url):
    async with connect(url) as client:
        await client.send("one")
        await client.send("two")
        return [await client.recv(), await client.recv()]
