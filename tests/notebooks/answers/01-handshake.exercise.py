# %% right: the whole origin against the request's own Host
async def guarded(scope, receive, send):
    headers = dict(scope["headers"])
    event = await receive()
    if headers.get(b"origin") not in (None, b"http://" + headers[b"host"]):
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})
    while event["type"] != "websocket.disconnect":
        event = await receive()


# %% right: as text, with a loop over the headers
async def guarded(scope, receive, send):
    host = origin = None
    for name, value in scope["headers"]:
        if name == b"host":
            host = value.decode("latin-1")
        elif name == b"origin":
            origin = value.decode("latin-1")
    event = await receive()
    if origin is None or origin == f"http://{host}":
        await send({"type": "websocket.accept"})
        while event["type"] != "websocket.disconnect":
            event = await receive()
    else:
        await send({"type": "websocket.close", "code": 1008})


# %% wrong: an origin that begins with the right one, the classic hijacking
async def guarded(scope, receive, send):
    headers = dict(scope["headers"])
    event = await receive()
    origin = headers.get(b"origin")
    if origin is None or origin.startswith(b"http://" + headers[b"host"]):
        await send({"type": "websocket.accept"})
        while event["type"] != "websocket.disconnect":
            event = await receive()
    else:
        await send({"type": "websocket.close"})


# %% wrong: the address that the server listens on, not the request's Host
async def guarded(scope, receive, send):
    headers = dict(scope["headers"])
    event = await receive()
    host, port = scope["server"]
    if headers.get(b"origin") in (None, f"http://{host}:{port}".encode()):
        await send({"type": "websocket.accept"})
        while event["type"] != "websocket.disconnect":
            event = await receive()
    else:
        await send({"type": "websocket.close"})


# %% wrong: any scheme
async def guarded(scope, receive, send):
    headers = dict(scope["headers"])
    event = await receive()
    origin = headers.get(b"origin")
    if origin is None or origin.split(b"//")[-1] == headers[b"host"]:
        await send({"type": "websocket.accept"})
        while event["type"] != "websocket.disconnect":
            event = await receive()
    else:
        await send({"type": "websocket.close"})


# %% wrong: accepts, and closes afterwards
async def guarded(scope, receive, send):
    headers = dict(scope["headers"])
    event = await receive()
    await send({"type": "websocket.accept"})
    if headers.get(b"origin") not in (None, b"http://" + headers[b"host"]):
        await send({"type": "websocket.close", "code": 1008})
        return
    while event["type"] != "websocket.disconnect":
        event = await receive()


# %% wrong: demands an origin of everybody
async def guarded(scope, receive, send):
    headers = dict(scope["headers"])
    event = await receive()
    if headers.get(b"origin") == b"http://" + headers[b"host"]:
        await send({"type": "websocket.accept"})
        while event["type"] != "websocket.disconnect":
            event = await receive()
    else:
        await send({"type": "websocket.close"})
