# %% right: whoever holds the lock takes all that waits
class Bundle:
    def __init__(self, layer):
        self.layer, self.waiting = layer, []
        self.lock = asyncio.Lock()

    async def say(self, text):
        mine = [text]
        self.waiting.append(mine)
        async with self.lock:
            if not any(it is mine for it in self.waiting):
                return
            taken, self.waiting = self.waiting, []
            texts = [it for (it,) in taken]
            event = {"type": "room.said", "texts": texts}
            await self.layer.group_send("room", event)


# %% right: a task sends, and each text has a future
class Bundle:
    def __init__(self, layer):
        self.layer, self.waiting, self.task = layer, [], None

    async def say(self, text):
        sent = asyncio.get_running_loop().create_future()
        self.waiting.append((text, sent))
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.work())
        await sent

    async def work(self):
        while self.waiting:
            taken, self.waiting = self.waiting, []
            event = {"type": "room.said", "texts": [text for text, _ in taken]}
            await self.layer.group_send("room", event)
            for _, sent in taken:
                sent.set_result(None)


# %% wrong: one after another, each by itself
class Bundle:
    def __init__(self, layer):
        self.layer, self.lock = layer, asyncio.Lock()

    async def say(self, text):
        async with self.lock:
            event = {"type": "room.said", "texts": [text]}
            await self.layer.group_send("room", event)


# %% wrong: what comes meanwhile stays until somebody says something else
class Bundle:
    def __init__(self, layer):
        self.layer, self.waiting, self.busy = layer, [], False

    async def say(self, text):
        self.waiting.append(text)
        if self.busy:
            return
        self.busy = True
        texts, self.waiting = self.waiting, []
        await self.layer.group_send("room", {"type": "room.said", "texts": texts})
        self.busy = False


# %% wrong: what comes meanwhile is dropped
class Bundle:
    def __init__(self, layer):
        self.layer, self.waiting, self.lock = layer, [], asyncio.Lock()

    async def say(self, text):
        self.waiting.append(text)
        async with self.lock:
            event = {"type": "room.said", "texts": list(self.waiting)}
            await self.layer.group_send("room", event)
            self.waiting.clear()


# %% wrong: it does not wait for its text to be sent
class Bundle:
    def __init__(self, layer):
        self.layer, self.waiting, self.task = layer, [], None

    async def say(self, text):
        self.waiting.append(text)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.work())

    async def work(self):
        while self.waiting:
            texts, self.waiting = self.waiting, []
            event = {"type": "room.said", "texts": texts}
            await self.layer.group_send("room", event)
