# %% right: an else for the handler that returned
def polite(handler):
    async def wrapped(scope, receive, send):
        try:
            await handler(scope, receive, send)
        except Exception:
            await send({"type": "websocket.close", "code": 1011})
            raise
        else:
            await send({"type": "websocket.close", "code": 1000})

    return wrapped


# %% right: one close, whose code says how it went
def polite(handler):
    async def wrapped(scope, receive, send):
        code = 1011
        try:
            await handler(scope, receive, send)
            code = 1000
        finally:
            await send({"type": "websocket.close", "code": code})

    return wrapped


# %% wrong: keeps the exception
def polite(handler):
    async def wrapped(scope, receive, send):
        try:
            await handler(scope, receive, send)
        except Exception:
            await send({"type": "websocket.close", "code": 1011})
        else:
            await send({"type": "websocket.close", "code": 1000})

    return wrapped


# %% wrong: 1000 whatever happened
def polite(handler):
    async def wrapped(scope, receive, send):
        try:
            await handler(scope, receive, send)
        finally:
            await send({"type": "websocket.close", "code": 1000})

    return wrapped


# %% wrong: knows one kind of exception
def polite(handler):
    async def wrapped(scope, receive, send):
        try:
            await handler(scope, receive, send)
        except ValueError:
            await send({"type": "websocket.close", "code": 1011})
            raise
        await send({"type": "websocket.close", "code": 1000})

    return wrapped


# %% wrong: raises another exception
def polite(handler):
    async def wrapped(scope, receive, send):
        try:
            await handler(scope, receive, send)
        except Exception as error:
            await send({"type": "websocket.close", "code": 1011})
            raise RuntimeError("the handler failed") from error
        await send({"type": "websocket.close", "code": 1000})

    return wrapped
