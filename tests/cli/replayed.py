"""An application whose connections are recorded and played again."""

import asyncio
import json

members = set()


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    await receive()
    await {
        "/echo": echo,
        "/bye": bye,
        "/json": count,
        "/chat": chat,
        "/refused": refused,
        "/denied": denied,
        "/raises": raises,
        "/origin": origin,
        "/secret": secret,
        "/large": large,
    }[scope["path"]](scope, receive, send)


async def accept(send, subprotocol=None):
    await send({"type": "websocket.accept", "subprotocol": subprotocol})


async def echo(scope, receive, send):
    offered = scope["subprotocols"]
    await accept(send, offered[-1] if offered else None)
    while (event := await receive())["type"] == "websocket.receive":
        await send(event | {"type": "websocket.send"})


async def bye(scope, receive, send):
    await accept(send)
    await receive()
    await send({"type": "websocket.close", "code": 4001, "reason": "so long"})


async def count(scope, receive, send):
    await accept(send)
    while (event := await receive())["type"] == "websocket.receive":
        numbers = json.loads(event["text"])["numbers"]
        answer = {"sum": sum(numbers), "of": numbers, "name": "the \"sum\" of 'it'"}
        await send({"type": "websocket.send", "text": json.dumps(answer)})


async def chat(scope, receive, send):
    name = scope["query_string"].decode()
    await accept(send)
    members.add(send)
    while (event := await receive())["type"] == "websocket.receive":
        said = {"type": "websocket.send", "text": f"{name}: {event['text']}"}
        await asyncio.gather(*(member(said) for member in members))
    members.discard(send)


async def refused(scope, receive, send):
    await send({"type": "websocket.close"})


async def denied(scope, receive, send):
    start = {"type": "websocket.http.response.start", "status": 401}
    await send(start | {"headers": [(b"content-length", b"0")]})
    await send({"type": "websocket.http.response.body", "body": b""})


async def raises(scope, receive, send):
    await accept(send)
    await receive()
    raise LookupError("no such room")


async def origin(scope, receive, send):
    """Take clients of the server's own origin alone."""
    headers = dict(scope["headers"])
    if headers[b"origin"] != b"http://" + headers[b"host"]:
        return await send({"type": "websocket.close"})
    await accept(send)
    await send({"type": "websocket.close"})


async def secret(scope, receive, send):
    headers = dict(scope["headers"])
    seen = headers[b"authorization"] + scope["query_string"]
    if seen != b"Bearer open sesametoken=abc":
        return await send({"type": "websocket.close"})
    await accept(send)
    await send({"type": "websocket.send", "text": headers[b"x-tenant"].decode()})


async def large(scope, receive, send):
    await accept(send)
    await send({"type": "websocket.send", "text": "ü" * 3000})
    await send({"type": "websocket.send", "bytes": bytes(3000)})
    await receive()
    await send({"type": "websocket.close", "code": 1001})
