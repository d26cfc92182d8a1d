# %% right: a Counter's worth of bookkeeping in a finally
def per_user(places, application, counts):
    async def limited(scope, receive, send):
        user = scope["query_string"]
        here = counts.setdefault(user, 0)
        if here >= places:
            return await refuse(receive, send)
        counts[user] += 1
        try:
            await application(scope, receive, send)
        finally:
            counts[user] -= 1
            if not counts[user]:
                del counts[user]

    return limited


# %% right: a context manager keeps the place
def per_user(places, application, counts):
    from contextlib import contextmanager

    @contextmanager
    def place(user):
        counts[user] = counts.get(user, 0) + 1
        try:
            yield
        finally:
            left = counts.pop(user) - 1
            if left:
                counts[user] = left

    async def limited(scope, receive, send):
        user = scope["query_string"]
        if counts.get(user, 0) < places:
            with place(user):
                return await application(scope, receive, send)
        await refuse(receive, send)

    return limited


# %% wrong: an application that raises keeps its place
def per_user(places, application, counts):
    async def limited(scope, receive, send):
        user = scope["query_string"]
        if counts.get(user, 0) >= places:
            return await refuse(receive, send)
        counts[user] = counts.get(user, 0) + 1
        await application(scope, receive, send)
        counts[user] -= 1
        if counts[user] == 0:
            del counts[user]

    return limited


# %% wrong: one count for all users
def per_user(places, application, counts):
    async def limited(scope, receive, send):
        user = scope["query_string"]
        if sum(counts.values()) >= places:
            return await refuse(receive, send)
        counts[user] = counts.get(user, 0) + 1
        try:
            await application(scope, receive, send)
        finally:
            counts[user] -= 1
            if counts[user] == 0:
                del counts[user]

    return limited


# %% wrong: awaits between the look and the count
def per_user(places, application, counts):
    async def limited(scope, receive, send):
        user = scope["query_string"]
        if counts.get(user, 0) >= places:
            return await refuse(receive, send)
        await asyncio.sleep(0.2)
        counts[user] = counts.get(user, 0) + 1
        try:
            await application(scope, receive, send)
        finally:
            counts[user] -= 1
            if counts[user] == 0:
                del counts[user]

    return limited


# %% wrong: users who have left stay, with none
def per_user(places, application, counts):
    async def limited(scope, receive, send):
        user = scope["query_string"]
        if counts.get(user, 0) >= places:
            return await refuse(receive, send)
        counts[user] = counts.get(user, 0) + 1
        try:
            await application(scope, receive, send)
        finally:
            counts[user] -= 1

    return limited


# %% wrong: what is refused gives a place back, too
def per_user(places, application, counts):
    async def limited(scope, receive, send):
        user = scope["query_string"]
        try:
            if counts.get(user, 0) >= places:
                return await refuse(receive, send)
            counts[user] = counts.get(user, 0) + 1
            await application(scope, receive, send)
        finally:
            counts[user] -= 1
            if counts[user] == 0:
                del counts[user]

    return limited


# %% wrong: lets everybody in
def per_user(places, application, counts):
    return application
