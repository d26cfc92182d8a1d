# %% right: scheme, then the name, with a dot in front of both
from urllib.parse import urlsplit


def ours(origin):
    if origin is None:
        return True
    scheme, host, *_ = urlsplit(origin)
    return scheme == "https" and f".{host}".endswith(".example.org")


# %% right: the origin itself, or an end that begins with a dot and a start that is https
def ours(origin):
    if origin in (None, "https://example.org"):
        return True
    return origin.startswith("https://") and origin.endswith(".example.org")


# %% right: a pattern, anchored at both ends and escaped
import re


def ours(origin):
    subdomains = r"https://([a-z0-9-]+\.)*example\.org"
    return origin is None or re.fullmatch(subdomains, origin) is not None


# %% wrong: it is in there somewhere
def ours(origin):
    return origin is None or "example.org" in origin


# %% wrong: begins with https, and ends in the same letters
def ours(origin):
    if origin is None:
        return True
    return origin.startswith("https://") and origin.endswith("example.org")


# %% wrong: a pattern without an end
import re


def ours(origin):
    subdomains = r"https://([a-z0-9-]+\.)*example\.org"
    return origin is None or re.match(subdomains, origin) is not None


# %% wrong: a dot that stands for any character
import re


def ours(origin):
    subdomains = r"https://([a-z0-9-]+\.)*example.org"
    return origin is None or re.fullmatch(subdomains, origin) is not None


# %% wrong: demands an origin of everybody
def ours(origin):
    return (origin or "").startswith("https://") and (
        origin == "https://example.org" or origin.endswith(".example.org")
    )


# %% wrong: the name alone, whatever the scheme and the port
from urllib.parse import urlsplit


def ours(origin):
    if origin is None:
        return True
    return f".{urlsplit(origin).hostname}".endswith(".example.org")


# %% wrong: forgets the domain itself
def ours(origin):
    if origin is None:
        return True
    return origin.startswith("https://") and origin.endswith(".example.org")
