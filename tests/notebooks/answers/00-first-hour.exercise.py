# %% right: a mounted application with two routes
def build():
    rooms, site = FastAPI(), FastAPI()

    async def tell(ws: WebSocket, room: str):
        await ws.accept()
        await ws.send_text(room)
        await ws.close()

    for path in ("/{room}", "/{room}/"):
        rooms.add_api_websocket_route(path, tell)
    site.mount("/chat", rooms)
    return site


# %% right: a router under a prefix
def build():
    router, site = APIRouter(), FastAPI()

    @router.websocket("/{room}")
    @router.websocket("/{room}/")
    async def tell(ws: WebSocket, room: str):
        await ws.accept()
        await ws.send_text(room)

    site.include_router(router, prefix="/chat")
    return site


# %% right: the whole path in Starlette, without a mount
def build():
    async def tell(ws):
        await ws.accept()
        await ws.send_text(ws.path_params["room"])

    paths = "/chat/{room}", "/chat/{room}/"
    return Starlette(routes=[WebSocketRoute(path, tell) for path in paths])


# %% wrong: relies on a redirect for the slash
def build():
    rooms, site = FastAPI(), FastAPI()

    @rooms.websocket("/{room}")
    async def tell(ws: WebSocket, room: str):
        await ws.accept()
        await ws.send_text(room)

    site.mount("/chat", rooms)
    return site


# %% wrong: takes the rest of the path, slash and all
def build():
    rooms, site = FastAPI(), FastAPI()

    @rooms.websocket("/{room:path}")
    async def tell(ws: WebSocket, room: str):
        await ws.accept()
        await ws.send_text(room)

    site.mount("/chat", rooms)
    return site


# %% wrong: strips the slash off the rest of the path, and lets /chat/a/b in
def build():
    rooms, site = FastAPI(), FastAPI()

    @rooms.websocket("/{room:path}")
    async def tell(ws: WebSocket, room: str):
        await ws.accept()
        await ws.send_text(room.rstrip("/"))

    site.mount("/chat", rooms)
    return site


# %% wrong: mounted at the root as well
def build():
    rooms, site = FastAPI(), FastAPI()

    @rooms.websocket("/{room}")
    @rooms.websocket("/{room}/")
    async def tell(ws: WebSocket, room: str):
        await ws.accept()
        await ws.send_text(room)

    site.mount("/chat", rooms)
    site.mount("/", rooms)
    return site


# %% wrong: the router's prefix twice
def build():
    router, site = APIRouter(prefix="/chat"), FastAPI()

    @router.websocket("/{room}")
    @router.websocket("/{room}/")
    async def tell(ws: WebSocket, room: str):
        await ws.accept()
        await ws.send_text(room)

    site.include_router(router, prefix="/chat")
    return site


# %% wrong: forgets to accept
def build():
    rooms, site = FastAPI(), FastAPI()

    @rooms.websocket("/{room}")
    @rooms.websocket("/{room}/")
    async def tell(ws: WebSocket, room: str):
        await ws.send_text(room)

    site.mount("/chat", rooms)
    return site


# %% wrong: never says anything
def build():
    router, site = APIRouter(prefix="/chat"), FastAPI()

    @router.websocket("/{room}")
    @router.websocket("/{room}/")
    async def tell(ws: WebSocket, room: str):
        await ws.accept()
        await ws.receive_text()

    site.include_router(router)
    return site
