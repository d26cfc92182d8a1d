# %% right: a regular expression
import re


def event(text, number):
    lines = re.split(r"\r\n|\n|\r", text)
    return "\n".join([f"id: {number}", *(f"data: {it}" for it in lines), "", ""])


# %% right: replaced, then one replacement more
def event(text, number):
    for end in ("\r\n", "\r"):
        text = text.replace(end, "\n")
    data = "data: " + text.replace("\n", "\ndata: ")
    return f"{data}\nid: {number}\n\n"


# %% right: ends lines as HTTP does
def event(text, number):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    data = "".join(f"data: {line}\r\n" for line in text.split("\n"))
    return f"id: {number}\r\n{data}\r\n"


# %% wrong: splitlines loses the last end, and knows too many
def event(text, number):
    data = "".join(f"data: {line}\n" for line in text.splitlines())
    return f"id: {number}\n{data}\n"


# %% wrong: line feeds only
def event(text, number):
    data = "".join(f"data: {line}\n" for line in text.split("\n"))
    return f"id: {number}\n{data}\n"


# %% wrong: no blank after the colon
def event(text, number):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    data = "".join(f"data:{line}\n" for line in text.split("\n"))
    return f"id: {number}\n{data}\n"


# %% wrong: JSON is not the text
import json


def event(text, number):
    return f"id: {number}\ndata: {json.dumps(text)}\n\n"


# %% wrong: no empty line at the end
def event(text, number):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    data = "".join(f"data: {line}\n" for line in text.split("\n"))
    return f"id: {number}\n{data}"


# %% wrong: it returns bytes
def event(text, number):
    return f"id: {number}\ndata: {text}\n\n".encode()
