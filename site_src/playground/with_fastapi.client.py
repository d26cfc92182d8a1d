from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

async with connect("ws://127.0.0.1:8000/items/7") as ws:
    await ws.send("3")
    print(await ws.recv())

try:
    async with connect("ws://127.0.0.1:8000/items/seven"):
        pass
except InvalidStatus as error:
    print(error)
