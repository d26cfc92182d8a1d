# %% right: a new set of pages for each coming and going
async def presence(ws, user, patience, gone):
    pages_of[user] = {*pages_of.get(user, ()), ws}
    await ws.closed
    pages_of[user] = left = pages_of[user] - {ws}
    if not left:
        await patience()
        if pages_of[user] is left:
            gone(user)


# %% right: counts pages and visits, and reads on to the end
async def presence(ws, user, patience, gone):
    here, visits = pages_of.get(user, (0, 0))
    pages_of[user] = here + 1, visits + 1
    try:
        async for _ in ws:
            pass
    finally:
        here, visits = pages_of[user]
        pages_of[user] = here - 1, visits
        await patience()
        if pages_of[user] == (0, visits) and here == 1:
            gone(user)


# %% right: the last who left speaks for the user
async def presence(ws, user, patience, gone):
    here, last = pages_of.setdefault(user, ([], []))
    here.append(ws)
    await ws.closed
    here.remove(ws)
    last[:] = [ws]
    await patience()
    if not here and last == [ws]:
        gone(user)


# %% wrong: says it twice of a user who came back and left again
async def presence(ws, user, patience, gone):
    pages_of.setdefault(user, set()).add(ws)
    await ws.closed
    pages_of[user].discard(ws)
    if not pages_of[user]:
        await patience()
        if not pages_of[user]:
            gone(user)


# %% wrong: does not wait as long for the second reload
async def presence(ws, user, patience, gone):
    pages_of.setdefault(user, set()).add(ws)
    await ws.closed
    pages_of[user].discard(ws)
    await patience()
    if pages_of.get(user) == set():
        del pages_of[user]
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
