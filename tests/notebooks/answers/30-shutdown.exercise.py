# %% right: a task that sends, and a loop that receives
async def feed(queue, receive, send):
    async def push():
        while True:
            text = await queue.get()
            await send({"type": "websocket.send", "text": text})

    pushing = asyncio.create_task(push())
    while (await receive())["type"] != "websocket.disconnect":
        pass
    pushing.cancel()
    await asyncio.wait([pushing])


# %% right: a task that receives, and the first of two
async def feed(queue, receive, send):
    async def listen():
        while (await receive())["type"] != "websocket.disconnect":
            pass

    gone = asyncio.create_task(listen())
    while not gone.done():
        getting = asyncio.create_task(queue.get())
        await asyncio.wait([gone, getting], return_when="FIRST_COMPLETED")
        if getting.done():
            text = getting.result()
            await send({"type": "websocket.send", "text": text})
        else:
            getting.cancel()
            await asyncio.wait([getting])


# %% wrong: sends, and never receives
async def feed(queue, receive, send):
    while True:
        text = await queue.get()
        await send({"type": "websocket.send", "text": text})


# %% wrong: receives before each text
async def feed(queue, receive, send):
    while (await receive())["type"] != "websocket.disconnect":
        text = await queue.get()
        await send({"type": "websocket.send", "text": text})


# %% wrong: takes the first message for the end
async def feed(queue, receive, send):
    async def push():
        while True:
            text = await queue.get()
            await send({"type": "websocket.send", "text": text})

    pushing = asyncio.create_task(push())
    await receive()
    pushing.cancel()
    await asyncio.wait([pushing])


# %% wrong: leaves the task that sends
async def feed(queue, receive, send):
    async def push():
        while True:
            text = await queue.get()
            await send({"type": "websocket.send", "text": text})

    task = asyncio.create_task(push())
    while (await receive())["type"] != "websocket.disconnect":
        assert not task.done()


# %% wrong: waits for both
async def feed(queue, receive, send):
    async def push():
        while True:
            text = await queue.get()
            await send({"type": "websocket.send", "text": text})

    async def listen():
        while (await receive())["type"] != "websocket.disconnect":
            pass

    await asyncio.gather(push(), listen())
