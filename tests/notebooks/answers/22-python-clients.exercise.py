# %% right: one at a time, and forgotten when it is answered
async def deliver(url, texts):
    waiting = dict(enumerate(texts))
    async for ws in connect(url, reconnect_delays=quick):
        with suppress(ConnectionClosed):
            while waiting:
                key = next(iter(waiting))
                await ws.send(json.dumps([key, waiting[key]]))
                await ws.recv()
                del waiting[key]
            return await ws.close()


# %% right: all at once, with keys that nobody else has
import uuid


async def deliver(url, texts):
    waiting = {str(uuid.uuid4()): text for text in texts}
    async for ws in connect(url, reconnect_delays=quick):
        try:
            for key in list(waiting):
                await ws.send(json.dumps([key, waiting[key]]))
            async for answer in ws:
                waiting.pop(json.loads(answer), None)
                if not waiting:
                    await ws.close()
                    return
        except ConnectionClosed:
            continue


# %% wrong: forgets each message when it is sent
async def deliver(url, texts):
    waiting = list(enumerate(texts))
    async for ws in connect(url, reconnect_delays=quick):
        with suppress(ConnectionClosed):
            while waiting:
                key, text = waiting.pop(0)
                await ws.send(json.dumps([key, text]))
                await ws.recv()
            return await ws.close()


# %% wrong: another key for each attempt
import uuid


async def deliver(url, texts):
    waiting = list(texts)
    async for ws in connect(url, reconnect_delays=quick):
        with suppress(ConnectionClosed):
            while waiting:
                await ws.send(json.dumps([str(uuid.uuid4()), waiting[0]]))
                await ws.recv()
                del waiting[0]
            return await ws.close()


# %% wrong: does not wait for the answers
async def deliver(url, texts):
    async for ws in connect(url, reconnect_delays=quick):
        with suppress(ConnectionClosed):
            for key, text in enumerate(texts):
                await ws.send(json.dumps([key, text]))
            return await ws.close()


# %% wrong: connects once
async def deliver(url, texts):
    async with connect(url) as ws:
        for key, text in enumerate(texts):
            await ws.send(json.dumps([key, text]))
            await ws.recv()


# %% wrong: has everything answered, and never returns
async def deliver(url, texts):
    waiting = dict(enumerate(texts))
    async for ws in connect(url, reconnect_delays=quick):
        with suppress(ConnectionClosed):
            for key, text in list(waiting.items()):
                await ws.send(json.dumps([key, text]))
                del waiting[json.loads(await ws.recv())]
            await ws.recv()
