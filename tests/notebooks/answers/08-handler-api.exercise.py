# %% right: refuses, then a loop until None
async def door(scope, info, matches, web_socket):
    if matches["number"] > 9:
        return await web_socket.close()
    await web_socket.accept()
    while (message := await web_socket.receive()) is not None:
        if message == "bye":
            return await web_socket.close(4000)
        await web_socket.send(message)


# %% right: the loop ends at bye, and one close follows
async def door(scope, info, matches, web_socket):
    if matches["number"] >= 10:
        await web_socket.close()
        return
    await web_socket.accept()
    while True:
        message = await web_socket.receive()
        if message is None or message == "bye":
            break
        await web_socket.send(message)
    await web_socket.close(4000)


# %% wrong: an empty message ends the loop
async def door(scope, info, matches, web_socket):
    if matches["number"] > 9:
        return await web_socket.close()
    await web_socket.accept()
    while message := await web_socket.receive():
        if message == "bye":
            return await web_socket.close(4000)
        await web_socket.send(message)


# %% wrong: refuses room 10 alone
async def door(scope, info, matches, web_socket):
    if matches["number"] == 10:
        return await web_socket.close()
    await web_socket.accept()
    while (message := await web_socket.receive()) is not None:
        if message == "bye":
            return await web_socket.close(4000)
        await web_socket.send(message)


# %% wrong: takes goodbye for bye
async def door(scope, info, matches, web_socket):
    if matches["number"] > 9:
        return await web_socket.close()
    await web_socket.accept()
    while (message := await web_socket.receive()) is not None:
        if isinstance(message, str) and message.endswith("bye"):
            return await web_socket.close(4000)
        await web_socket.send(message)


# %% wrong: takes three bytes for the text
async def door(scope, info, matches, web_socket):
    if matches["number"] > 9:
        return await web_socket.close()
    await web_socket.accept()
    while (message := await web_socket.receive()) is not None:
        if message in ("bye", b"bye"):
            return await web_socket.close(4000)
        await web_socket.send(message)


# %% wrong: accepts before it refuses
async def door(scope, info, matches, web_socket):
    await web_socket.accept()
    if matches["number"] > 9:
        return await web_socket.close()
    while (message := await web_socket.receive()) is not None:
        if message == "bye":
            return await web_socket.close(4000)
        await web_socket.send(message)


# %% wrong: leaves an empty message without an answer
async def door(scope, info, matches, web_socket):
    if matches["number"] > 9:
        return await web_socket.close()
    await web_socket.accept()
    while (message := await web_socket.receive()) is not None:
        if message == "bye":
            return await web_socket.close(4000)
        if message:
            await web_socket.send(message)
