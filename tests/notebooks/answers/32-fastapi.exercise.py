# %% right: one receive, two branches
async def tally(websocket):
    while True:
        event = await websocket.receive()
        if event["type"] == "websocket.disconnect":
            return
        answer = {}
        if event.get("text") is not None:
            answer = answer_to(event["text"])
        await websocket.send_text(str(answer.get("ok", "error")))


# %% right: takes the KeyError for what it is
from fastapi import WebSocketDisconnect


async def tally(websocket):
    while True:
        try:
            text = await websocket.receive_text()
            await websocket.send_text(str(answer_to(text)["ok"]))
        except KeyError:
            await websocket.send_text("error")
        except WebSocketDisconnect:
            break


# %% wrong: catches everything, and so never ends
async def tally(websocket):
    while True:
        try:
            text = await websocket.receive_text()
            await websocket.send_text(str(answer_to(text)["ok"]))
        except Exception:
            try:
                await websocket.send_text("error")
            except Exception:
                continue


# %% wrong: the loop is within the try
async def tally(websocket):
    try:
        async for text in websocket.iter_text():
            answer = answer_to(text)
            await websocket.send_text(str(answer.get("ok", "error")))
    except KeyError:
        await websocket.send_text("error")


# %% wrong: an order in a binary frame is taken
async def tally(websocket):
    event = await websocket.receive()
    while event["type"] == "websocket.receive":
        answer = answer_to(event.get("text") or event.get("bytes") or "")
        await websocket.send_text(str(answer.get("ok", "error")))
        event = await websocket.receive()


# %% wrong: passes over empty messages
async def tally(websocket):
    event = await websocket.receive()
    while event["type"] == "websocket.receive":
        if event.get("text"):
            answer = answer_to(event["text"])
            await websocket.send_text(str(answer.get("ok", "error")))
        elif event.get("bytes"):
            await websocket.send_text("error")
        event = await websocket.receive()


# %% wrong: the disconnect is raised
async def tally(websocket):
    while True:
        try:
            text = await websocket.receive_text()
            await websocket.send_text(str(answer_to(text)["ok"]))
        except KeyError:
            await websocket.send_text("error")


# %% wrong: receive_json, which raises at broken JSON
async def tally(websocket):
    async for order in websocket.iter_json():
        try:
            count = Order.model_validate(order).count
            await websocket.send_text(str(count))
        except ValidationError:
            await websocket.send_text("error")
