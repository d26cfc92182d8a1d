# %% right: accepts, and closes with a code of its own
async def door(ws):
    await ws.accept()
    if "ticket" not in ws.query_params:
        await ws.close(4401)
    elif "full" in ws.query_params:
        await ws.close(1013)
    else:
        await ws.send("welcome")


# %% right: by the policy's code, and a restart's for the full house
async def door(ws):
    async with ws:
        if "ticket" not in ws.query_params:
            await ws.close(1008, "no ticket")
        elif "full" in ws.query_params:
            await ws.close(1012, "come back later")
        else:
            await ws.send("welcome")


# %% wrong: closes before it accepts
async def door(ws):
    if "ticket" not in ws.query_params:
        await ws.close(4401)
    elif "full" in ws.query_params:
        await ws.close(1013)
    else:
        await ws.accept()
        await ws.send("welcome")


# %% wrong: asks for the ticket last
async def door(ws):
    await ws.accept()
    if "full" in ws.query_params:
        await ws.close(1013)
    elif "ticket" not in ws.query_params:
        await ws.close(4401)
    else:
        await ws.send("welcome")


# %% wrong: stops both
async def door(ws):
    await ws.accept()
    if "ticket" not in ws.query_params:
        await ws.close(4401)
    elif "full" in ws.query_params:
        await ws.close(4503)
    else:
        await ws.send("welcome")


# %% wrong: refuses the full house in the handshake
async def door(ws):
    if "ticket" in ws.query_params and "full" in ws.query_params:
        await ws.reject(503)
    await ws.accept()
    if "ticket" not in ws.query_params:
        await ws.close(4401)
    else:
        await ws.send("welcome")


# %% wrong: lets everybody in
async def door(ws):
    await ws.accept()
    await ws.send("welcome")
