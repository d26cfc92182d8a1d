from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

try:
    async with connect("ws://127.0.0.1:8000/"):
        pass
except InvalidStatus as error:
    print(error.response.status_code, bytes(error.response.body))

async with connect("ws://127.0.0.1:8000/?token=let-me-in") as ws:
    print(await ws.recv())
