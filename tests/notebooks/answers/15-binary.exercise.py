# %% right: a look at the length before anything is cut
def unpack(message):
    if len(message) < 2:
        raise ValueError("no length")
    (length,) = struct.unpack_from("!H", message)
    if len(message) < 2 + length:
        raise ValueError("cut short")
    try:
        about = json.loads(message[2 : 2 + length].decode())
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(about, dict):
        raise ValueError("no object")
    return about, message[2 + length :]


# %% right: struct cuts the words, and its error becomes a ValueError
def unpack(message):
    try:
        (length,) = struct.unpack_from("!H", message)
        (words,) = struct.unpack_from(f"{length}s", message, 2)
        about = json.loads(str(words, "utf-8"))
    except (struct.error, RecursionError) as error:
        raise ValueError(str(error)) from error
    if type(about) is not dict:
        raise ValueError("no object")
    return about, message[2 + length :]


# %% wrong: what is nested too deep is no ValueError of json's
def unpack(message):
    length = int.from_bytes(message[:2])
    if len(message) < 2 + length:
        raise ValueError("cut short")
    about = json.loads(message[2 : 2 + length].decode())
    if not isinstance(about, dict):
        raise ValueError("no object")
    return about, message[2 + length :]


# %% wrong: json takes bytes in UTF-16, too
def unpack(message):
    length = int.from_bytes(message[:2])
    if len(message) < 2 + length:
        raise ValueError("cut short")
    try:
        about = json.loads(message[2 : 2 + length])
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(about, dict):
        raise ValueError("no object")
    return about, message[2 + length :]


# %% wrong: a slice beyond the end is no error
def unpack(message):
    if len(message) < 2:
        raise ValueError("no length")
    (length,) = struct.unpack_from("!H", message)
    about = json.loads(message[2 : 2 + length])
    if not isinstance(about, dict):
        raise ValueError("no object")
    return about, message[2 + length :]


# %% wrong: looks for the last brace, and ignores the length
def unpack(message):
    if len(message) < 2:
        raise ValueError("no length")
    end = message.rindex(b"}") + 1
    about = json.loads(message[2:end])
    if not isinstance(about, dict):
        raise ValueError("no object")
    return about, message[end:]


# %% wrong: takes any JSON
def unpack(message):
    length = int.from_bytes(message[:2])
    if len(message) < 2 + length:
        raise ValueError("cut short")
    return json.loads(message[2 : 2 + length]), message[2 + length :]


# %% wrong: the lowest byte first
def unpack(message):
    length = int.from_bytes(message[:2], "little")
    if len(message) < 2 + length:
        raise ValueError("cut short")
    about = json.loads(message[2 : 2 + length])
    if not isinstance(about, dict):
        raise ValueError("no object")
    return about, message[2 + length :]
