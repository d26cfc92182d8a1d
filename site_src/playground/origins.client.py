from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

for origin in ("http://127.0.0.1:8000", None, "https://evil.example"):
    try:
        async with connect("ws://127.0.0.1:8000/", origin=origin) as ws:
            print(await ws.recv())
    except InvalidStatus as error:
        print(origin, "got", error.response.status_code)
