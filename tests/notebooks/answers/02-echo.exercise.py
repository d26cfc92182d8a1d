# %% right: asks which of the two is there
async def lengths(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        content = event.get("text")
        if content is None:
            content = event["bytes"]
        await send({"type": "websocket.send", "text": str(len(content))})


# %% right: an empty one is as long as another empty one
async def lengths(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        event = await receive()
        if event["type"] == "websocket.disconnect":
            break
        content = event.get("text") or event.get("bytes") or b""
        await send({"type": "websocket.send", "text": f"{len(content)}"})


# %% wrong: counts the bytes of a text
async def lengths(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        text, data = event.get("text"), event.get("bytes")
        length = len(data if text is None else text.encode())
        await send({"type": "websocket.send", "text": str(length)})


# %% wrong: does not answer an empty message
async def lengths(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        if content := event.get("text") or event.get("bytes"):
            await send({"type": "websocket.send", "text": str(len(content))})


# %% wrong: answers with a binary message
async def lengths(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        content = event.get("text") or event.get("bytes") or b""
        await send({"type": "websocket.send", "bytes": b"%d" % len(content)})


# %% wrong: counts words
async def lengths(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        text, data = event.get("text"), event.get("bytes")
        length = len(data) if text is None else len("".join(text.split()))
        await send({"type": "websocket.send", "text": str(length)})
