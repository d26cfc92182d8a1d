# %% right: counts at the accept, and in a finally
def counted(app, counter):
    async def middleware(scope, receive, send):
        accepts = 0

        async def counting(event):
            nonlocal accepts
            if event["type"] == "websocket.accept":
                accepts = 1
                counter["open"] += 1
            await send(event)

        try:
            await app(scope, receive, counting)
        finally:
            counter["open"] -= accepts

    return middleware


# %% right: as a class, after the accept was sent
class counted:
    def __init__(self, app, counter):
        self.app, self.counter = app, counter

    async def __call__(self, scope, receive, send):
        if scope["type"] != "websocket":
            return await self.app(scope, receive, send)
        accepted = []

        async def counting(event):
            await send(event)
            if event["type"] == "websocket.accept":
                accepted.append(True)
                self.counter["open"] += 1

        try:
            await self.app(scope, receive, counting)
        except BaseException:
            self.counter["open"] -= len(accepted)
            raise
        self.counter["open"] -= len(accepted)


# %% wrong: HTTP is told apart, a refusal is not
def counted(app, counter):
    async def middleware(scope, receive, send):
        if scope["type"] != "websocket":
            return await app(scope, receive, send)
        counter["open"] += 1
        try:
            await app(scope, receive, send)
        finally:
            counter["open"] -= 1

    return middleware


# %% wrong: no finally
def counted(app, counter):
    async def middleware(scope, receive, send):
        accepts = 0

        async def counting(event):
            nonlocal accepts
            if event["type"] == "websocket.accept":
                accepts = 1
                counter["open"] += 1
            await send(event)

        await app(scope, receive, counting)
        counter["open"] -= accepts

    return middleware


# %% wrong: a BaseHTTPMiddleware
def counted(app, counter):
    class Counting(BaseHTTPMiddleware):
        async def dispatch(self, request, call_next):
            counter["open"] += 1
            try:
                return await call_next(request)
            finally:
                counter["open"] -= 1

    return Counting(app)


# %% wrong: waits for the disconnect, which a refusal has not and a fault does not read
def counted(app, counter):
    async def middleware(scope, receive, send):
        async def receiving():
            event = await receive()
            if event["type"] == "websocket.connect":
                counter["open"] += 1
            if event["type"] == "websocket.disconnect":
                counter["open"] -= 1
            return event

        await app(scope, receiving, send)

    return middleware


# %% wrong: takes one off for every call
def counted(app, counter):
    async def middleware(scope, receive, send):
        async def counting(event):
            if event["type"] == "websocket.accept":
                counter["open"] += 1
            await send(event)

        try:
            await app(scope, receive, counting)
        finally:
            counter["open"] -= 1

    return middleware
