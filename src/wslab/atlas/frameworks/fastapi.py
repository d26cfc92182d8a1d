"""The handlers in FastAPI, whose WebSocket is Starlette's: all but one are the same."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, WebSocket

from wslab.atlas.frameworks.starlette import HANDLERS

app = FastAPI()


@app.websocket("/http-error")
async def http_error(websocket: WebSocket) -> None:
    raise HTTPException(401, "members only")


for path, handler in HANDLERS.items():
    app.websocket(path)(handler)
