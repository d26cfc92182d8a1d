from websockets.asyncio.client import connect

async with connect("ws://127.0.0.1:8000/") as ws:
    for number in range(3):
        await ws.send(f"task {number}")
    for _ in range(3):
        print(await ws.recv())
