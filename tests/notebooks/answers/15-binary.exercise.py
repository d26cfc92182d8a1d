# %% right: a look at the length before anything is cut
def unpack(message):
    if len(message) < 2:
        raise ValueError("no length")
    (length,) = struct.unpack_from("!H", message)
    if len(message) < 2 + length:
        raise ValueError("cut short")
    about = json.loads(message[2 : 2 + length])
    if not isinstance(about, dict):
        raise ValueError("no object")
    return about, message[2 + length :]


# %% right: struct cuts the words, and its error becomes a ValueError
def unpack(message):
    try:
        (length,) = struct.unpack_from("!H", message)
        (words,) = struct.unpack_from(f"{length}s", message, 2)
    except struct.error as error:
        raise ValueError(str(error)) from error
    about = json.loads(words)
    if type(about) is not dict:
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
