# %% right: a dictionary, and out of it at the first use
import secrets


class Tickets:
    def __init__(self, lifetime, clock):
        self.lifetime, self.clock, self.issued = lifetime, clock, {}

    def issue(self, user):
        ticket = secrets.token_urlsafe()
        self.issued[ticket] = user, self.clock() + self.lifetime
        return ticket

    def redeem(self, ticket):
        user, end = self.issued.pop(ticket, (None, 0))
        return user if self.clock() < end else None


# %% right: drops what is old at each step, and names tickets by UUID
from uuid import uuid4


class Tickets:
    def __init__(self, lifetime, clock):
        self.lifetime, self.clock, self.issued = lifetime, clock, {}

    def forget(self):
        start = self.clock() - self.lifetime
        self.issued = {k: v for k, v in self.issued.items() if v[1] > start}

    def issue(self, user):
        self.forget()
        ticket = str(uuid4())
        self.issued[ticket] = user, self.clock()
        return ticket

    def redeem(self, ticket):
        self.forget()
        return self.issued.pop(ticket, (None,))[0]


# %% wrong: good for ever, as often as one likes
import secrets


class Tickets:
    def __init__(self, lifetime, clock):
        self.issued = {}

    def issue(self, user):
        ticket = secrets.token_urlsafe()
        self.issued[ticket] = user
        return ticket

    def redeem(self, ticket):
        return self.issued.get(ticket)


# %% wrong: once, but without an end
import secrets


class Tickets:
    def __init__(self, lifetime, clock):
        self.issued = {}

    def issue(self, user):
        ticket = secrets.token_urlsafe()
        self.issued[ticket] = user
        return ticket

    def redeem(self, ticket):
        return self.issued.pop(ticket, None)


# %% wrong: has an end, and may be used again until then
import secrets


class Tickets:
    def __init__(self, lifetime, clock):
        self.lifetime, self.clock, self.issued = lifetime, clock, {}

    def issue(self, user):
        ticket = secrets.token_urlsafe()
        self.issued[ticket] = user, self.clock() + self.lifetime
        return ticket

    def redeem(self, ticket):
        user, end = self.issued.get(ticket, (None, 0))
        return user if self.clock() < end else None


# %% wrong: a number that counts
class Tickets:
    def __init__(self, lifetime, clock):
        self.lifetime, self.clock, self.issued = lifetime, clock, {}

    def issue(self, user):
        ticket = f"ticket-number-{len(self.issued):020}"
        self.issued[ticket] = user, self.clock() + self.lifetime
        return ticket

    def redeem(self, ticket):
        user, end = self.issued.get(ticket, (None, 0))
        self.issued[ticket] = None, 0
        return user if self.clock() < end else None


# %% wrong: six digits
import secrets


class Tickets:
    def __init__(self, lifetime, clock):
        self.lifetime, self.clock, self.issued = lifetime, clock, {}

    def issue(self, user):
        ticket = f"{secrets.randbelow(1_000_000):06}"
        self.issued[ticket] = user, self.clock() + self.lifetime
        return ticket

    def redeem(self, ticket):
        user, end = self.issued.pop(ticket, (None, 0))
        return user if self.clock() < end else None


# %% wrong: another user's ticket in its place
import secrets


class Tickets:
    def __init__(self, lifetime, clock):
        self.lifetime, self.clock, self.issued = lifetime, clock, []

    def issue(self, user):
        self.issued.append((user, self.clock() + self.lifetime))
        return secrets.token_urlsafe()

    def redeem(self, ticket):
        user, end = self.issued.pop(0) if self.issued else (None, 0)
        return user if self.clock() < end else None
