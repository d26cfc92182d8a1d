"""The handlers in Django Channels, as consumers."""

from __future__ import annotations

import django
from channels.exceptions import DenyConnection
from channels.generic.websocket import (
    AsyncJsonWebsocketConsumer,
    AsyncWebsocketConsumer,
)
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import path

settings.configure()
django.setup()


class HandlerReturns(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()


class HandlerRaises(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        raise RuntimeError("a fault in the handler")


class CloseBeforeAccept(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.close()


class ReturnBeforeAccept(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        return


class RaiseBeforeAccept(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        raise RuntimeError("no")


class HttpError(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        raise DenyConnection


class Subprotocol(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept("news")
        await self.close()


class AcceptHeader(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept(headers=[(b"x-greeting", b"hello")])
        await self.close()


class AcceptTwice(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.accept()


class SendBeforeAccept(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.send("early")


class CloseCode(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.close(3000, "bye")


class CloseReservedCode(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.close(1006)


class CloseLongReason(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.close(1000, "x" * 124)


class CloseTwice(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.close()
        await self.close()


class SendAfterClose(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.close()
        await self.send("late")


class EmptyText(AsyncWebsocketConsumer):
    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        await self.send(text_data)
        await self.close()


class TextWanted(AsyncWebsocketConsumer):
    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        await self.send(repr(text_data))
        await self.close()


class BytesWanted(AsyncWebsocketConsumer):
    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        await self.send(repr(bytes_data))
        await self.close()


class JsonWanted(AsyncJsonWebsocketConsumer):
    async def receive_json(self, content: object) -> None:
        await self.send(repr(content))
        await self.close()


class Iteration(AsyncWebsocketConsumer):
    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        await self.send(text_data, bytes_data)


class SendAfterGone(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.scope["signal"]("go")
        await self.send("late")


class RaiseAfterGone(AsyncWebsocketConsumer):
    async def disconnect(self, code: int) -> None:
        raise RuntimeError("a fault in the handler")


class NeverReceives(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.scope["signal"]("never")


routes = [
    path("handler-returns", HandlerReturns.as_asgi()),
    path("handler-raises", HandlerRaises.as_asgi()),
    path("close-before-accept", CloseBeforeAccept.as_asgi()),
    path("return-before-accept", ReturnBeforeAccept.as_asgi()),
    path("raise-before-accept", RaiseBeforeAccept.as_asgi()),
    path("http-error", HttpError.as_asgi()),
    path("subprotocol", Subprotocol.as_asgi()),
    path("subprotocol-not-offered", Subprotocol.as_asgi()),
    path("accept-header", AcceptHeader.as_asgi()),
    path("accept-twice", AcceptTwice.as_asgi()),
    path("send-before-accept", SendBeforeAccept.as_asgi()),
    path("close-code", CloseCode.as_asgi()),
    path("close-reserved-code", CloseReservedCode.as_asgi()),
    path("close-long-reason", CloseLongReason.as_asgi()),
    path("close-twice", CloseTwice.as_asgi()),
    path("send-after-close", SendAfterClose.as_asgi()),
    path("empty-text", EmptyText.as_asgi()),
    path("text-wanted", TextWanted.as_asgi()),
    path("bytes-wanted", BytesWanted.as_asgi()),
    path("json-wanted", JsonWanted.as_asgi()),
    path("iteration", Iteration.as_asgi()),
    path("send-after-gone", SendAfterGone.as_asgi()),
    path("raise-after-gone", RaiseAfterGone.as_asgi()),
    path("never-receives", NeverReceives.as_asgi()),
]

app = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter(routes)}
)
