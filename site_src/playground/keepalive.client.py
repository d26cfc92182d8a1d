from websockets.asyncio.client import connect

async with connect("ws://127.0.0.1:8000/", ping_interval=None) as ws:
    print(await ws.recv())
