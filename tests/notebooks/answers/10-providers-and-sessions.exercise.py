# %% right: what stands after the yield gives it back
def seat(seats):
    seat = seats.pop()
    yield seat
    seats.append(seat)


# %% right: async, and it refuses by itself
async def seat(seats, ws):
    if not seats:
        await ws.reject(403, body="no seat is left")
    mine = seats.pop(0)
    try:
        yield mine
    finally:
        seats.insert(0, mine)


# %% wrong: gives nothing back
def seat(seats):
    yield seats.pop()


# %% wrong: gives it back at once, so that two sit there
def seat(seats):
    seat = seats.pop()
    seats.append(seat)
    yield seat


# %% wrong: everybody gets the first
def seat(seats):
    if not seats:
        raise LookupError("no seat is left")
    yield seats[0]


# %% wrong: a client for whom none is left stands
def seat(seats):
    seat = seats.pop() if seats else None
    yield seat
    if seat:
        seats.append(seat)


# %% wrong: gives back another seat
def seat(seats):
    yield seats.pop()
    seats.append("left")


# %% wrong: lets a client wait until a seat is free
async def seat(seats):
    import asyncio

    while not seats:
        await asyncio.sleep(0.01)
    seat = seats.pop()
    yield seat
    seats.append(seat)
