"""A test with this project's own test client."""

from __future__ import annotations

from contextlib import AsyncExitStack

from wslab.atlas.testclients.session import Session
from wslab.atlas.testclients.steps import Close, Message, Receive, Vanish
from wslab.testing import Closed, Refused, connect


async def play(session: Session) -> None:
    """Play a session; it ends where the `async with` block is left."""
    connection = connect(
        session.app,
        session.target,
        headers=session.headers,
        subprotocols=session.subprotocols,
    )
    async with AsyncExitStack() as block:
        try:
            client = await block.enter_async_context(connection)
        except Refused as refusal:
            session.refused(refusal.status, refusal.headers, refusal.body)
            return
        session.accepted(client.headers, client.subprotocol)
        async for step in session:
            match step:
                case Message(content):
                    await client.send(content)
                case Close(code, reason):
                    await client.close(code, reason)
                case Vanish():
                    client.abort()
                case Receive():
                    try:
                        session.received(await client.receive())
                    except Closed as end:
                        session.closed(end.code, end.reason)
