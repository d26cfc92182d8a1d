# %% right: a semaphore, and a thread inside it
def limited(function):
    places = asyncio.Semaphore(2)

    async def call(*arguments):
        async with places:
            return await asyncio.to_thread(function, *arguments)

    return call


# %% right: a pool of two threads
def limited(function):
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(2)

    async def call(*arguments):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, function, *arguments)

    return call


# %% wrong: a thread, and as many as there are
def limited(function):
    async def call(*arguments):
        return await asyncio.to_thread(function, *arguments)

    return call


# %% wrong: a semaphore, and the call on the loop
def limited(function):
    places = asyncio.Semaphore(2)

    async def call(*arguments):
        async with places:
            return function(*arguments)

    return call


# %% wrong: the place is not given back after an exception
def limited(function):
    places = asyncio.Semaphore(2)

    async def call(*arguments):
        await places.acquire()
        result = await asyncio.to_thread(function, *arguments)
        places.release()
        return result

    return call


# %% wrong: one at a time
def limited(function):
    lock = asyncio.Lock()

    async def call(*arguments):
        async with lock:
            return await asyncio.to_thread(function, *arguments)

    return call


# %% wrong: a semaphore for each call
def limited(function):
    async def call(*arguments):
        async with asyncio.Semaphore(2):
            return await asyncio.to_thread(function, *arguments)

    return call
