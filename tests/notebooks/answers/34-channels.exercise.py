# %% right: a set of tasks, cancelled at the end
class Worker(AsyncWebsocketConsumer):
    async def connect(self):
        self.under_way = []
        await self.accept()

    async def receive(self, text_data=None, bytes_data=None):
        async def answer():
            await self.send(await work(text_data))

        self.under_way.append(asyncio.create_task(answer()))

    async def disconnect(self, close_code):
        for task in self.under_way:
            task.cancel()


# %% right: a task group around the whole consumer
class Worker(AsyncWebsocketConsumer):
    async def __call__(self, scope, receive, send):
        async with asyncio.TaskGroup() as self.group:
            await super().__call__(scope, receive, send)
            self.group.create_task(self.give_up())

    async def give_up(self):
        raise ConnectionError("the client has gone")

    async def answer(self, text):
        await self.send(await work(text))

    async def receive(self, text_data=None, bytes_data=None):
        self.group.create_task(self.answer(text_data))


# %% wrong: a task that nobody cancels
class Worker(AsyncWebsocketConsumer):
    async def answer(self, text):
        await self.send(await work(text))

    async def receive(self, text_data=None, bytes_data=None):
        asyncio.create_task(self.answer(text_data))


# %% wrong: remembers the last task only
class Worker(AsyncWebsocketConsumer):
    async def answer(self, text):
        await self.send(await work(text))

    async def receive(self, text_data=None, bytes_data=None):
        self.task = asyncio.create_task(self.answer(text_data))

    async def disconnect(self, close_code):
        self.task.cancel()


# %% wrong: a new text ends the work for the one before
class Worker(AsyncWebsocketConsumer):
    task = None

    async def answer(self, text):
        await self.send(await work(text))

    async def receive(self, text_data=None, bytes_data=None):
        if self.task:
            self.task.cancel()
        self.task = asyncio.create_task(self.answer(text_data))

    async def disconnect(self, close_code):
        self.task.cancel()


# %% wrong: gives up on what takes long
class Worker(AsyncWebsocketConsumer):
    async def receive(self, text_data=None, bytes_data=None):
        try:
            answer = await asyncio.wait_for(work(text_data), 5)
        except TimeoutError:
            answer = "too long"
        await self.send(answer)


# %% wrong: cancels, and forgets that a consumer has to end
class Worker(AsyncWebsocketConsumer):
    async def answer(self, text):
        await self.send(await work(text))

    async def receive(self, text_data=None, bytes_data=None):
        self.tasks = getattr(self, "tasks", [])
        self.tasks.append(asyncio.ensure_future(self.answer(text_data)))

    async def disconnect(self, close_code):
        await asyncio.gather(*self.tasks)
