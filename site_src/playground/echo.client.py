from websockets.asyncio.client import connect

async with connect("ws://127.0.0.1:8000/") as ws:
    await ws.send("hello")
    print(await ws.recv())
