# %% right: loops over a copy, and skips what has gone
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users.setdefault(user, set()).add(ws)

    def remove(self, user, ws):
        self.users[user].discard(ws)
        if not self.users[user]:
            del self.users[user]

    async def push(self, user, text):
        for ws in tuple(self.users.get(user, ())):
            try:
                await ws.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                continue


# %% right: sends to all at once, and takes exceptions for results
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users[user] = self.users.get(user, []) + [ws]

    def remove(self, user, ws):
        rest = [each for each in self.users.get(user, []) if each is not ws]
        if rest:
            self.users[user] = rest
        else:
            self.users.pop(user, None)

    async def push(self, user, text):
        sends = [ws.send_text(text) for ws in self.users.get(user, [])]
        await asyncio.gather(*sends, return_exceptions=True)


# %% right: a queue and a task for each tab
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        queue = asyncio.Queue(maxsize=100)
        task = asyncio.create_task(self.deliver(ws, queue))
        self.users.setdefault(user, {})[ws] = queue, task

    def remove(self, user, ws):
        _, task = self.users[user].pop(ws)
        task.cancel()
        if not self.users[user]:
            del self.users[user]

    async def deliver(self, ws, queue):
        with suppress(WebSocketDisconnect):
            while True:
                await ws.send_text(await queue.get())

    async def push(self, user, text):
        for queue, _ in self.users.get(user, {}).values():
            queue.put_nowait(text)


# %% wrong: a copy, but one that has gone ends the push for those behind it
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users.setdefault(user, set()).add(ws)

    def remove(self, user, ws):
        self.users[user].discard(ws)
        if not self.users[user]:
            del self.users[user]

    async def push(self, user, text):
        for ws in list(self.users.get(user, ())):
            await ws.send_text(text)


# %% wrong: no copy, so that the set changes while it is looped over
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users.setdefault(user, set()).add(ws)

    def remove(self, user, ws):
        self.users[user].discard(ws)
        if not self.users[user]:
            del self.users[user]

    async def push(self, user, text):
        for ws in self.users.get(user, ()):
            with suppress(WebSocketDisconnect, RuntimeError):
                await ws.send_text(text)


# %% wrong: one exception for all, so that the first that has gone ends the push
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users.setdefault(user, []).append(ws)

    def remove(self, user, ws):
        self.users[user].remove(ws)
        if not self.users[user]:
            del self.users[user]

    async def push(self, user, text):
        try:
            for ws in list(self.users.get(user, [])):
                await ws.send_text(text)
        except WebSocketDisconnect:
            pass


# %% wrong: the push throws the dead out, and their own remove then raises
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users.setdefault(user, set()).add(ws)

    def remove(self, user, ws):
        self.users[user].remove(ws)
        if not self.users[user]:
            del self.users[user]

    async def push(self, user, text):
        for ws in list(self.users.get(user, ())):
            try:
                await ws.send_text(text)
            except WebSocketDisconnect:
                self.remove(user, ws)


# %% wrong: a list that loses a tab changes under the loop, which skips one
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users.setdefault(user, []).append(ws)

    def remove(self, user, ws):
        self.users[user].remove(ws)
        if not self.users[user]:
            del self.users[user]

    async def push(self, user, text):
        for ws in self.users.get(user, []):
            with suppress(WebSocketDisconnect, RuntimeError):
                await ws.send_text(text)


# %% wrong: one socket for a user
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users[user] = ws

    def remove(self, user, ws):
        self.users.pop(user, None)

    async def push(self, user, text):
        with suppress(WebSocketDisconnect, RuntimeError):
            if user in self.users:
                await self.users[user].send_text(text)


# %% wrong: users without a tab are kept
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users.setdefault(user, set()).add(ws)

    def remove(self, user, ws):
        self.users[user].discard(ws)

    async def push(self, user, text):
        for ws in list(self.users.get(user, ())):
            with suppress(WebSocketDisconnect, RuntimeError):
                await ws.send_text(text)


# %% wrong: sends to nobody
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        pass

    def remove(self, user, ws):
        pass

    async def push(self, user, text):
        pass


# %% wrong: everybody twice
class Tabs:
    def __init__(self):
        self.users = {}

    def add(self, user, ws):
        self.users.setdefault(user, []).append(ws)

    def remove(self, user, ws):
        self.users[user].remove(ws)
        if not self.users[user]:
            del self.users[user]

    async def push(self, user, text):
        for ws in self.users.get(user, []) * 2:
            with suppress(WebSocketDisconnect, RuntimeError):
                await ws.send_text(text)
