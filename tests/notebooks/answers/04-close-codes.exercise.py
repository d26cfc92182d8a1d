# %% right: cut the bytes, drop the rest of a character
async def attempt(ws):
    reason = f"unknown: {await ws.receive()}"
    await ws.close(4000, reason.encode()[:123].decode(errors="ignore"))


# %% right: take characters away until it fits
async def attempt(ws):
    reason = f"unknown: {await ws.receive()}"
    while len(reason.encode()) > 123:
        reason = reason[:-1]
    await ws.close(4000, reason)


# %% wrong: counts characters
async def attempt(ws):
    reason = f"unknown: {await ws.receive()}"
    await ws.close(4000, reason[:123])


# %% wrong: cuts so that any text fits, and most of it is gone
async def attempt(ws):
    name = await ws.receive()
    await ws.close(4000, f"unknown: {name[:28]}")


# %% wrong: half a character becomes another
async def attempt(ws):
    reason = f"unknown: {await ws.receive()}"
    await ws.close(4000, reason.encode()[:123].decode(errors="replace"))


# %% wrong: takes two characters away at a time
async def attempt(ws):
    reason = f"unknown: {await ws.receive()}"
    while len(reason.encode()) > 123:
        reason = reason[:-2]
    await ws.close(4000, reason)


# %% wrong: the reason fits, the code is another
async def attempt(ws):
    reason = f"unknown: {await ws.receive()}"
    await ws.close(1008, reason.encode()[:123].decode(errors="ignore"))
