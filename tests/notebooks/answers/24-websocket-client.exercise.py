# %% right: everything goes through a list, and stays there until it is sent
class Outbox:
    def __init__(self):
        self.waiting = []

    def on_open(self, client):
        try:
            while self.waiting:
                client.send(self.waiting[0])
                del self.waiting[0]
        except websocket.WebSocketConnectionClosedException:
            pass

    def send(self, client, text):
        self.waiting.append(text)
        self.on_open(client)


# %% right: back to the front of the queue if it could not be sent
from collections import deque
from threading import RLock


class Outbox:
    def __init__(self):
        self.queue, self.lock = deque(), RLock()

    def send(self, client, text):
        with self.lock:
            self.queue.append(text)
            self.on_open(client)

    def on_open(self, client):
        with self.lock:
            for _ in range(len(self.queue)):
                text = self.queue.popleft()
                try:
                    client.send(text)
                except websocket.WebSocketConnectionClosedException:
                    self.queue.appendleft(text)
                    return


# %% wrong: what cannot be sent is lost
class Outbox:
    def on_open(self, client):
        pass

    def send(self, client, text):
        with suppress(websocket.WebSocketConnectionClosedException):
            client.send(text)


# %% wrong: a new text overtakes those that wait
class Outbox:
    def __init__(self):
        self.waiting = []

    def send(self, client, text):
        try:
            client.send(text)
        except websocket.WebSocketConnectionClosedException:
            self.waiting.append(text)

    def on_open(self, client):
        while self.waiting:
            try:
                client.send(self.waiting[0])
            except websocket.WebSocketConnectionClosedException:
                return
            self.waiting.pop(0)


# %% wrong: forgets what waits before it is sent
class Outbox:
    def __init__(self):
        self.waiting = []

    def send(self, client, text):
        self.waiting.append(text)
        self.on_open(client)

    def on_open(self, client):
        with suppress(websocket.WebSocketConnectionClosedException):
            while self.waiting:
                client.send(self.waiting.pop(0))


# %% wrong: sends again what was sent before it broke
class Outbox:
    def __init__(self):
        self.waiting = []

    def send(self, client, text):
        self.waiting.append(text)
        self.on_open(client)

    def on_open(self, client):
        with suppress(websocket.WebSocketConnectionClosedException):
            for text in self.waiting:
                client.send(text)
            self.waiting.clear()


# %% wrong: raises where there is no connection
class Outbox:
    def __init__(self):
        self.waiting = []

    def send(self, client, text):
        client.send(text)

    def on_open(self, client):
        pass


# %% wrong: sends only when it opens
class Outbox:
    def __init__(self):
        self.waiting = []

    def send(self, client, text):
        self.waiting.append(text)

    def on_open(self, client):
        with suppress(websocket.WebSocketConnectionClosedException):
            while self.waiting:
                client.send(self.waiting[0])
                del self.waiting[0]
