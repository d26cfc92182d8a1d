# %% right: looks at the first digit
async def call(ws, event, data):
    await ws.send("4277" + json.dumps([event, data]))
    while True:
        packet = await ws.recv()
        if packet[0] == "2":
            await ws.send("3")
        elif packet.startswith("4377["):
            (answer,) = json.loads(packet[4:])
            return answer


# %% right: a pong for whatever begins with a 2, and a number for each call
from itertools import count

numbers = count()


async def call(ws, event, data):
    number = next(numbers)
    await ws.send(f"42{number}{json.dumps([event, data])}")
    async for packet in ws:
        if packet.startswith("2"):
            await ws.send("3" + packet[1:])
        if packet.startswith(f"43{number}"):
            return json.loads(packet.removeprefix(f"43{number}"))[0]


# %% wrong: passes over pings
async def call(ws, event, data):
    await ws.send("420" + json.dumps([event, data]))
    async for packet in ws:
        if packet.startswith("430"):
            return json.loads(packet[3:])[0]


# %% wrong: answers with a ping of the WebSocket
async def call(ws, event, data):
    await ws.send("420" + json.dumps([event, data]))
    async for packet in ws:
        if packet == "2":
            await ws.ping()
        elif packet.startswith("430"):
            return json.loads(packet[3:])[0]


# %% wrong: takes the first message for the answer
async def call(ws, event, data):
    await ws.send("420" + json.dumps([event, data]))
    async for packet in ws:
        if packet == "2":
            await ws.send("3")
        elif packet.startswith("4"):
            return json.loads(packet.lstrip("0123456789"))[-1]


# %% wrong: asks for no acknowledgement
async def call(ws, event, data):
    await ws.send("42" + json.dumps([event, data]))
    async for packet in ws:
        if packet == "2":
            await ws.send("3")
        elif packet.startswith("43"):
            return json.loads(packet[2:])[0]


# %% wrong: returns the list of arguments
async def call(ws, event, data):
    await ws.send("420" + json.dumps([event, data]))
    async for packet in ws:
        if packet == "2":
            await ws.send("3")
        elif packet.startswith("430"):
            return json.loads(packet[3:])
