"""FastAPI: a path parameter, and a client that leaves."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


@app.websocket("/items/{item}")
async def items(websocket: WebSocket, item: int):
    await websocket.accept()
    try:
        while True:
            count = await websocket.receive_json()
            await websocket.send_json({"item": item, "count": count})
    except WebSocketDisconnect as gone:
        print("the client left with", gone.code)
