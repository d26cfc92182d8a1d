# %% right: a finally, and both directions
def summing_up(app, note):
    async def around(scope, receive, send):
        if scope["type"] != "websocket":
            return await app(scope, receive, send)
        seen = {"received": 0, "sent": 0, "code": None}

        async def receiving():
            event = await receive()
            seen["received"] += event["type"] == "websocket.receive"
            if event["type"] == "websocket.disconnect":
                seen["code"] = event["code"]
            return event

        async def sending(event):
            await send(event)
            seen["sent"] += event["type"] == "websocket.send"
            if event["type"] == "websocket.close":
                seen["code"] = event.get("code", 1000)

        try:
            await app(scope, receiving, sending)
        finally:
            note(seen["received"], seen["sent"], seen["code"])

    return around


# %% right: the events are kept, and counted in the end
def summing_up(app, note):
    async def around(scope, receive, send):
        events = []

        async def receiving():
            events.append(await receive())
            return events[-1]

        async def sending(event):
            events.append(event)
            await send(event)

        def count(kind):
            return sum(event["type"] == f"websocket.{kind}" for event in events)

        error = None
        try:
            await app(scope, receiving, sending)
        except BaseException as caught:
            error = caught
        codes = [event["code"] for event in events if "code" in event]
        if scope["type"] == "websocket":
            note(count("receive"), count("send"), codes[-1] if codes else None)
        if error:
            raise error

    return around


# %% wrong: nothing is noted of a handler that raises
def summing_up(app, note):
    async def around(scope, receive, send):
        if scope["type"] != "websocket":
            return await app(scope, receive, send)
        seen = {"received": 0, "sent": 0, "code": None}

        async def receiving():
            event = await receive()
            seen["received"] += event["type"] == "websocket.receive"
            seen["code"] = event.get("code")
            return event

        async def sending(event):
            seen["sent"] += event["type"] == "websocket.send"
            await send(event)

        await app(scope, receiving, sending)
        note(seen["received"], seen["sent"], seen["code"])

    return around


# %% wrong: every event is a message
def summing_up(app, note):
    async def around(scope, receive, send):
        if scope["type"] != "websocket":
            return await app(scope, receive, send)
        received, sent, code = 0, 0, None

        async def receiving():
            nonlocal received, code
            event = await receive()
            received += 1
            code = event.get("code")
            return event

        async def sending(event):
            nonlocal sent
            sent += 1
            await send(event)

        try:
            await app(scope, receiving, sending)
        finally:
            note(received, sent, code)

    return around


# %% wrong: swallows what the application raises
def summing_up(app, note):
    async def around(scope, receive, send):
        if scope["type"] != "websocket":
            return await app(scope, receive, send)
        received, sent, code = 0, 0, None

        async def receiving():
            nonlocal received, code
            event = await receive()
            received += event["type"] == "websocket.receive"
            code = event.get("code")
            return event

        async def sending(event):
            nonlocal sent
            sent += event["type"] == "websocket.send"
            await send(event)

        try:
            await app(scope, receiving, sending)
        except Exception:
            pass
        note(received, sent, code)

    return around


# %% wrong: notes HTTP requests too
def summing_up(app, note):
    async def around(scope, receive, send):
        received, sent, code = 0, 0, None

        async def receiving():
            nonlocal received, code
            event = await receive()
            received += event["type"] == "websocket.receive"
            code = event.get("code")
            return event

        async def sending(event):
            nonlocal sent
            sent += event["type"] == "websocket.send"
            await send(event)

        try:
            await app(scope, receiving, sending)
        finally:
            note(received, sent, code)

    return around
