# %% right: counts the beats without an answer
async def watch(ws, heard):
    unanswered = 0
    while True:
        if await heard():
            unanswered = 0
        elif unanswered == 2:
            break
        else:
            await ws.send("beat")
            unanswered += 1
    await ws.close(4008, "silent")


# %% right: two silences within a third
async def watch(ws, heard):
    async def asked():
        await ws.send("beat")
        return await heard()

    while await heard() or await asked() or await asked():
        pass
    await ws.close(4008)


# %% wrong: never begins again, so all that was missed adds up
async def watch(ws, heard):
    unanswered = 0
    while unanswered < 3:
        if not await heard():
            unanswered += 1
            if unanswered < 3:
                await ws.send("beat")
    await ws.close(4008)


# %% wrong: gives up after the first beat
async def watch(ws, heard):
    while True:
        if not await heard():
            await ws.send("beat")
            if not await heard():
                return await ws.close(4008)


# %% wrong: sends a third beat before it gives up
async def watch(ws, heard):
    unanswered = 0
    while unanswered < 3:
        if await heard():
            unanswered = 0
        else:
            await ws.send("beat")
            unanswered += 1
    await ws.close(4008)


# %% wrong: returns, so the library closes with 1000
async def watch(ws, heard):
    unanswered = 0
    while unanswered < 3:
        if await heard():
            unanswered = 0
        else:
            unanswered += 1
            if unanswered < 3:
                await ws.send("beat")


# %% wrong: asks for ever
async def watch(ws, heard):
    while True:
        if not await heard():
            await ws.send("beat")
