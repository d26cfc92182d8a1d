# %% right: no token first, then the wrong one
async def guarded(ws):
    token = bearer_token(ws.headers)
    if token is None:
        await ws.reject(401, [("WWW-Authenticate", "Bearer")])
    if not token_matches(token, TOKEN):
        await ws.reject(403)
    async with ws:
        await ws.send("welcome")


# %% right: the right one first, with a realm
async def guarded(ws):
    token = bearer_token(ws.headers)
    if token_matches(token, TOKEN):
        await ws.accept()
        await ws.send("welcome")
        await ws.close()
    elif token is None:
        await ws.reject(401, [("WWW-Authenticate", 'Bearer realm="wslab"')])
    else:
        await ws.reject()


# %% wrong: a 401 that does not say what it wants
async def guarded(ws):
    token = bearer_token(ws.headers)
    if token is None:
        await ws.reject(401)
    if not token_matches(token, TOKEN):
        await ws.reject(403)
    async with ws:
        await ws.send("welcome")


# %% wrong: a part of the token is enough
async def guarded(ws):
    token = bearer_token(ws.headers)
    if token is None:
        await ws.reject(401, [("WWW-Authenticate", "Bearer")])
    if token not in TOKEN:
        await ws.reject(403)
    async with ws:
        await ws.send("welcome")


# %% wrong: accepts, and closes afterwards
async def guarded(ws):
    async with ws:
        token = bearer_token(ws.headers)
        if token is None:
            return await ws.close(4401)
        if not token_matches(token, TOKEN):
            return await ws.close(4403)
        await ws.send("welcome")


# %% wrong: a scheme in lower case is none
async def guarded(ws):
    scheme, _, token = ws.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer":
        await ws.reject(401, [("WWW-Authenticate", "Bearer")])
    if not token_matches(token, TOKEN):
        await ws.reject(403)
    async with ws:
        await ws.send("welcome")


# %% wrong: lets the right one in and says nothing
async def guarded(ws):
    token = bearer_token(ws.headers)
    if token is None:
        await ws.reject(401, [("WWW-Authenticate", "Bearer")])
    if not token_matches(token, TOKEN):
        await ws.reject(403)
    async with ws:
        pass
