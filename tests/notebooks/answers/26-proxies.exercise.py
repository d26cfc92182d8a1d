# %% right: drops what is the proxy's own, and says it anew
def pass_on(headers, scheme, address):
    own = {"connection", "upgrade", "x-forwarded-for", "x-forwarded-proto"}
    sent = [pair for pair in headers if pair[0].lower() not in own]
    for name, value in headers:
        if name.lower() == "upgrade":
            sent += [("Connection", "Upgrade"), ("Upgrade", value)]
    return [*sent, ("X-Forwarded-For", address), ("X-Forwarded-Proto", scheme)]


# %% right: a dictionary, and appends to the list of addresses, whose end the server takes
def pass_on(headers, scheme, address):
    sent = {name.lower(): value for name, value in headers}
    before = sent.get("x-forwarded-for")
    sent["x-forwarded-for"] = f"{before}, {address}" if before else address
    sent["x-forwarded-proto"] = scheme
    sent["connection"] = "upgrade" if "upgrade" in sent else "close"
    return sent.items()


# %% wrong: says upgrade to everything
def pass_on(headers, scheme, address):
    sent = {name.lower(): value for name, value in headers}
    sent["connection"] = "upgrade"
    sent |= {"x-forwarded-for": address, "x-forwarded-proto": scheme}
    return sent.items()


# %% wrong: expects names in one spelling
def pass_on(headers, scheme, address):
    sent = dict(headers)
    sent["Connection"] = "upgrade" if "Upgrade" in sent else "close"
    sent |= {"X-Forwarded-For": address, "X-Forwarded-Proto": scheme}
    return sent.items()


# %% wrong: passes on what the client said, lies and all
def pass_on(headers, scheme, address):
    return headers


# %% wrong: names the upstream as the host
def pass_on(headers, scheme, address):
    sent = {name.lower(): value for name, value in headers}
    sent["host"] = "app"
    sent |= {"x-forwarded-for": address, "x-forwarded-proto": scheme}
    return sent.items()


# %% wrong: no address
def pass_on(headers, scheme, address):
    sent = {name.lower(): value for name, value in headers}
    sent.pop("x-forwarded-for", None)
    sent["x-forwarded-proto"] = scheme
    return sent.items()
