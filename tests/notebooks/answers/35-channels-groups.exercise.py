# %% right: the event says whose it is
class Others(Room):
    groups = ("others",)

    async def receive(self, text_data=None, bytes_data=None):
        event = {"type": "others.said", "text": text_data, "name": self.channel_name}
        await self.channel_layer.group_send("others", event)

    async def others_said(self, event):
        if event["name"] == self.channel_name:
            return
        await self.send(text_data=event["text"])


# %% right: an id of its own, and a group that it joins and leaves by itself
from uuid import uuid4


class Others(AsyncWebsocketConsumer):
    async def connect(self):
        self.id = str(uuid4())
        await self.channel_layer.group_add("talk", self.channel_name)
        await self.accept()

    async def disconnect(self, close_code):
        await self.channel_layer.group_discard("talk", self.channel_name)

    async def receive(self, text_data=None, bytes_data=None):
        event = {"type": "said", "text": text_data, "by": self.id}
        await self.channel_layer.group_send("talk", event)

    async def said(self, event):
        if event["by"] != self.id:
            await self.send(event["text"])


# %% wrong: sends to all, and to itself once more
class Others(Room):
    groups = ("others",)

    async def receive(self, text_data=None, bytes_data=None):
        event = {"type": "room.said", "text": text_data}
        await self.channel_layer.group_send("others", event)
        await self.send(text_data)


# %% wrong: leaves out what is like its own last text
class Others(Room):
    groups = ("others",)
    last = None

    async def receive(self, text_data=None, bytes_data=None):
        self.last = text_data
        event = {"type": "room.said", "text": text_data}
        await self.channel_layer.group_send("others", event)

    async def room_said(self, event):
        if event["text"] != self.last:
            await self.send(event["text"])


# %% wrong: leaves out who has the same address
class Others(Room):
    groups = ("others",)

    async def receive(self, text_data=None, bytes_data=None):
        host, _ = self.scope["client"]
        event = {"type": "room.said", "text": text_data, "by": host}
        await self.channel_layer.group_send("others", event)

    async def room_said(self, event):
        if event["by"] != self.scope["client"][0]:
            await self.send(event["text"])


# %% wrong: the client names the method
class Others(Room):
    groups = ("others",)

    async def receive(self, text_data=None, bytes_data=None):
        event = {"type": text_data, "text": text_data, "by": self.channel_name}
        await self.channel_layer.group_send("others", event)


# %% wrong: joins a group, and does not leave it
class Others(AsyncWebsocketConsumer):
    async def connect(self):
        await self.channel_layer.group_add("talk", self.channel_name)
        await self.accept()

    async def receive(self, text_data=None, bytes_data=None):
        event = {"type": "said", "text": text_data, "by": self.channel_name}
        await self.channel_layer.group_send("talk", event)

    async def said(self, event):
        if event["by"] != self.channel_name:
            await self.send(event["text"])


# %% wrong: says it to itself alone
class Others(Room):
    async def receive(self, text_data=None, bytes_data=None):
        await self.send(text_data)
