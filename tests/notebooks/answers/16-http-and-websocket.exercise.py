# %% right: a branch for each type, and an error at the end
def join(http, websocket):
    async def app(scope, receive, send):
        kind = scope["type"]
        if kind in ("http", "lifespan"):
            return await http(scope, receive, send)
        if kind == "websocket":
            return await websocket(scope, receive, send)
        raise ValueError(f"unknown scope type {kind!r}")

    return app


# %% right: a class, and a table whose missing key is the error
class join:
    def __init__(self, http, websocket):
        self.apps = dict(http=http, websocket=websocket, lifespan=http)

    async def __call__(self, scope, receive, send):
        await self.apps[scope["type"]](scope, receive, send)


# %% wrong: whatever is no WebSocket goes to the pages
def join(http, websocket):
    async def app(scope, receive, send):
        chosen = websocket if scope["type"] == "websocket" else http
        await chosen(scope, receive, send)

    return app


# %% wrong: the error is there, and takes the lifespan along
def join(http, websocket):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            await http(scope, receive, send)
        elif scope["type"] == "websocket":
            await websocket(scope, receive, send)
        else:
            raise NotImplementedError

    return app


# %% wrong: the lifespan goes to the sockets
def join(http, websocket):
    async def app(scope, receive, send):
        apps = {"http": http, "websocket": websocket, "lifespan": websocket}
        await apps[scope["type"]](scope, receive, send)

    return app


# %% wrong: returns for what it does not know
def join(http, websocket):
    async def app(scope, receive, send):
        apps = {"http": http, "websocket": websocket, "lifespan": http}
        if scope["type"] in apps:
            await apps[scope["type"]](scope, receive, send)

    return app
