# %% right: a list that grows
from urllib.parse import urlsplit


def fields(url, subprotocols):
    parts = urlsplit(url)
    target = parts.path or "/"
    if parts.query:
        target += "?" + parts.query
    scheme = "https" if parts.scheme == "wss" else "http"
    asked = [(":method", "CONNECT"), (":protocol", "websocket")]
    asked += [(":scheme", scheme), (":path", target)]
    asked += [(":authority", parts.netloc), ("sec-websocket-version", "13")]
    if subprotocols:
        asked.append(("sec-websocket-protocol", ",".join(subprotocols)))
    return asked


# %% right: one field for each subprotocol, and an origin
def fields(url, subprotocols):
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    offers = [("sec-websocket-protocol", ", ".join(subprotocols))]
    return [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", scheme.replace("ws", "http")),
        (":authority", authority),
        (":path", "/" + path),
        ("sec-websocket-version", "13"),
        ("origin", "https://" + authority),
        *(offers if subprotocols else []),
    ]


# %% wrong: the headers of HTTP/1.1 beside the new ones
def fields(url, subprotocols):
    parts = urlsplit(url)
    return [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "http"),
        (":authority", parts.netloc),
        (":path", parts.path or "/"),
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("sec-websocket-version", "13"),
    ]


# %% wrong: the scheme is the URL's
def fields(url, subprotocols):
    parts = urlsplit(url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    asked = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", parts.scheme),
        (":authority", parts.netloc),
        (":path", target),
        ("sec-websocket-version", "13"),
    ]
    if subprotocols:
        asked.append(("sec-websocket-protocol", ", ".join(subprotocols)))
    return asked


# %% wrong: an empty path, and no query
def fields(url, subprotocols):
    parts = urlsplit(url)
    asked = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "https" if parts.scheme == "wss" else "http"),
        (":authority", parts.netloc),
        (":path", parts.path),
        ("sec-websocket-version", "13"),
    ]
    if subprotocols:
        asked.append(("sec-websocket-protocol", ", ".join(subprotocols)))
    return asked


# %% wrong: a key, as in HTTP/1.1
def fields(url, subprotocols):
    parts = urlsplit(url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    asked = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "https" if parts.scheme == "wss" else "http"),
        (":authority", parts.netloc),
        (":path", target),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    if subprotocols:
        asked.append(("sec-websocket-protocol", ", ".join(subprotocols)))
    return asked


# %% wrong: an ordinary CONNECT, of a tunnel
def fields(url, subprotocols):
    parts = urlsplit(url)
    return [(":method", "CONNECT"), (":authority", parts.netloc)]
