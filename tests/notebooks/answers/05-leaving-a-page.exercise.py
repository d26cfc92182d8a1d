# %% right: a set of pages for each user
async def presence(ws, user, patience, gone):
    pages_of.setdefault(user, set()).add(ws)
    await ws.closed
    pages_of[user].discard(ws)
    if not pages_of[user]:
        await patience()
        if not pages_of[user]:
            gone(user)


# %% right: counts, and reads on to the end
async def presence(ws, user, patience, gone):
    pages_of[user] = pages_of.get(user, 0) + 1
    try:
        async for _ in ws:
            pass
    finally:
        pages_of[user] -= 1
        if pages_of[user] == 0:
            await patience()
            if pages_of[user] == 0:
                gone(user)


# %% right: a page that came later speaks for the user
async def presence(ws, user, patience, gone):
    here = pages_of.setdefault(user, [])
    here.append(ws)
    await ws.closed
    here.remove(ws)
    last = not here
    await patience()
    if last and not here:
        gone(user)


# %% wrong: takes each reload for a goodbye
async def presence(ws, user, patience, gone):
    await ws.closed
    gone(user)


# %% wrong: takes 1001 for a reload
async def presence(ws, user, patience, gone):
    await ws.closed
    await patience()
    if ws.code != 1001:
        gone(user)


# %% wrong: knows the other tabs, and does not look
async def presence(ws, user, patience, gone):
    pages_of.setdefault(user, set()).add(ws)
    await ws.closed
    pages_of[user].discard(ws)
    await patience()
    gone(user)


# %% wrong: says it for each tab
async def presence(ws, user, patience, gone):
    pages_of.setdefault(user, set()).add(ws)
    await ws.closed
    pages_of[user].discard(ws)
    await patience()
    if not pages_of[user]:
        gone(user)


# %% wrong: one count for all users
async def presence(ws, user, patience, gone):
    pages_of["all"] = pages_of.get("all", 0) + 1
    await ws.closed
    pages_of["all"] -= 1
    if not pages_of["all"]:
        await patience()
        if not pages_of["all"]:
            gone(user)


# %% wrong: does not wait
async def presence(ws, user, patience, gone):
    pages_of.setdefault(user, set()).add(ws)
    await ws.closed
    pages_of[user].discard(ws)
    if not pages_of[user]:
        gone(user)
