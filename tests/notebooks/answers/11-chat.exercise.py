# %% right: two broadcasts
async def pass_on(here, ws, user, content):
    if object_in(content).get("type") == "typing":
        await here.broadcast({"type": "typing", "user": user}, exclude=ws, keep=False)
        return
    await here.broadcast({"type": "message", "user": user, "text": text_of(content)})


# %% right: one broadcast, with options
async def pass_on(here, ws, user, content):
    message, options = {"type": "message", "text": text_of(content)}, {}
    if object_in(content).get("type") == "typing":
        message, options = {"type": "typing"}, {"exclude": ws, "keep": False}
    await here.broadcast({**message, "user": user}, **options)


# %% wrong: tells those who come later
async def pass_on(here, ws, user, content):
    if object_in(content).get("type") == "typing":
        await here.broadcast({"type": "typing", "user": user}, exclude=ws)
    else:
        message = {"type": "message", "user": user, "text": text_of(content)}
        await here.broadcast(message)


# %% wrong: tells the one who types
async def pass_on(here, ws, user, content):
    if object_in(content).get("type") == "typing":
        await here.broadcast({"type": "typing", "user": user}, keep=False)
    else:
        message = {"type": "message", "user": user, "text": text_of(content)}
        await here.broadcast(message)


# %% wrong: believes the client who it is
async def pass_on(here, ws, user, content):
    data = object_in(content)
    if data.get("type") == "typing":
        await here.broadcast({"user": user, **data}, exclude=ws, keep=False)
    else:
        message = {"type": "message", "user": user, "text": text_of(content)}
        await here.broadcast(message)


# %% wrong: looks for the word
async def pass_on(here, ws, user, content):
    if "typing" in content:
        await here.broadcast({"type": "typing", "user": user}, exclude=ws, keep=False)
    else:
        message = {"type": "message", "user": user, "text": text_of(content)}
        await here.broadcast(message)


# %% wrong: takes all JSON for an object
async def pass_on(here, ws, user, content):
    try:
        typing = json.loads(content)["type"] == "typing"
    except json.JSONDecodeError:
        typing = False
    if typing:
        await here.broadcast({"type": "typing", "user": user}, exclude=ws, keep=False)
    else:
        message = {"type": "message", "user": user, "text": text_of(content)}
        await here.broadcast(message)
