# %% right: a generator that tests for None
class Draft9(Draft8):
    async def __aiter__(self):
        while (message := await self.receive()) is not None:
            yield message


# %% right: the two methods of an iterator
class Draft9(Draft8):
    def __aiter__(self):
        return self

    async def __anext__(self):
        message = await self.receive()
        if message is None:
            raise StopAsyncIteration
        return message


# %% wrong: an empty message ends it
class Draft9(Draft8):
    def __aiter__(self):
        return self

    async def __anext__(self):
        message = await self.receive()
        if not message:
            raise StopAsyncIteration
        return message


# %% wrong: leaves empty messages out
class Draft9(Draft8):
    async def __aiter__(self):
        while (message := await self.receive()) is not None:
            if message:
                yield message


# %% wrong: it has no end
class Draft9(Draft8):
    def __aiter__(self):
        return self

    async def __anext__(self):
        return await self.receive()


# %% wrong: every message as text
class Draft9(Draft8):
    async def __aiter__(self):
        while (message := await self.receive()) is not None:
            yield message if isinstance(message, str) else message.decode()


# %% wrong: a loop that is not asynchronous
class Draft9(Draft8):
    def __iter__(self):
        return iter(self.receive, None)
