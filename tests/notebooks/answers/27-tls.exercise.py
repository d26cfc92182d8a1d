# %% right: from the end, past the proxies
def client_address(scope):
    lines = [v.decode() for n, v in scope["headers"] if n == b"x-forwarded-for"]
    addresses = [it.strip() for it in ",".join(lines).split(",")]
    others = [it for it in addresses if it and not it.startswith("10.")]
    return others[-1] if others else scope["client"][0]


# %% right: networks, with the standard library
import ipaddress

OURS = ipaddress.ip_network("10.0.0.0/8")


def client_address(scope):
    found = scope["client"][0]
    for name, value in reversed(scope["headers"]):
        if name != b"x-forwarded-for":
            continue
        for text in reversed(value.decode("latin-1").split(",")):
            found = text.strip()
            if ipaddress.ip_address(found) not in OURS:
                return found
    return found


# %% wrong: believes the scope, which has the nearer proxy
def client_address(scope):
    return scope["client"][0]


# %% wrong: takes the last, which is a proxy
def client_address(scope):
    lines = [v.decode() for n, v in scope["headers"] if n == b"x-forwarded-for"]
    return lines[-1].split(",")[-1].strip() if lines else scope["client"][0]


# %% wrong: reads one header line, and its first address
def client_address(scope):
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            return value.decode().split(",")[0].strip()
    return scope["client"][0]


# %% wrong: skips the proxies, from the wrong end
def client_address(scope):
    lines = [v.decode() for n, v in scope["headers"] if n == b"x-forwarded-for"]
    addresses = [it.strip() for it in ",".join(lines).split(",")]
    others = [it for it in addresses if it and not it.startswith("10.")]
    return others[0] if others else scope["client"][0]


# %% wrong: the last but one, and no thought of a client without proxies
def client_address(scope):
    lines = [v.decode() for n, v in scope["headers"] if n == b"x-forwarded-for"]
    return ",".join(lines).split(",")[-2].strip()
