# %% right: asks the manager for nothing, and refuses with a reason
def with_rooms(sio):
    users, joined = {}, []

    @sio.event
    async def connect(sid, environ, auth):
        user = (auth or {}).get("user")
        if user is None:
            raise socketio.exceptions.ConnectionRefusedError("who are you?")
        users[sid] = user
        for other, room in joined:
            if other == user:
                await sio.enter_room(sid, room)

    @sio.event
    async def join(sid, room):
        joined.append((users[sid], room))
        await sio.enter_room(sid, room)


# %% right: reads the rooms when the client leaves
def with_rooms(sio):
    kept, users = {}, {}

    async def connect(sid, environ, auth):
        if not isinstance(auth, dict) or not auth.get("user"):
            return False
        users[sid] = auth["user"]
        for room in kept.get(auth["user"], ()):
            await sio.enter_room(sid, room)

    async def join(sid, room):
        await sio.enter_room(sid, room)
        kept[users[sid]] = [it for it in sio.rooms(sid) if it != sid]

    sio.on("connect", connect)
    sio.on("join", join)


# %% wrong: keeps rooms by the id, which is new
def with_rooms(sio):
    rooms = {}

    @sio.event
    async def connect(sid, environ, auth):
        if not auth:
            return False
        for room in rooms.get(sid, ()):
            await sio.enter_room(sid, room)

    @sio.event
    async def join(sid, room):
        rooms.setdefault(sid, set()).add(room)
        await sio.enter_room(sid, room)


# %% wrong: keeps the last room only
def with_rooms(sio):
    users, rooms = {}, {}

    @sio.event
    async def connect(sid, environ, auth):
        if not auth:
            return False
        users[sid] = auth["user"]
        if auth["user"] in rooms:
            await sio.enter_room(sid, rooms[auth["user"]])

    @sio.event
    async def join(sid, room):
        rooms[users[sid]] = room
        await sio.enter_room(sid, room)


# %% wrong: everybody is put into all rooms
def with_rooms(sio):
    rooms = set()

    @sio.event
    async def connect(sid, environ, auth):
        if not auth:
            return False
        for room in rooms:
            await sio.enter_room(sid, room)

    @sio.event
    async def join(sid, room):
        rooms.add(room)
        await sio.enter_room(sid, room)


# %% wrong: takes who has no user
def with_rooms(sio):
    users, rooms = {}, {}

    @sio.event
    async def connect(sid, environ, auth):
        users[sid] = (auth or {}).get("user")
        for room in rooms.setdefault(users[sid], set()):
            await sio.enter_room(sid, room)

    @sio.event
    async def join(sid, room):
        rooms[users[sid]].add(room)
        await sio.enter_room(sid, room)
