# %% right: each kind of value on its way down
def plain(event):
    if isinstance(event, dict):
        return {str(key): plain(value) for key, value in event.items()}
    if isinstance(event, set):
        return sorted(event)
    if isinstance(event, list):
        return list(map(plain, event))
    return event.isoformat() if isinstance(event, date) else event


# %% right: by functools.singledispatch
from functools import singledispatch


@singledispatch
def plain(value):
    return value


@plain.register
def _(value: dict):
    return dict(zip(map(str, value), map(plain, value.values()), strict=True))


@plain.register
def _(value: list):
    return [plain(it) for it in value]


@plain.register
def _(value: set):
    return sorted(map(plain, value))


@plain.register
def _(value: date):
    return str(value)


# %% wrong: only the first level
def plain(event):
    changed = {}
    for key, value in event.items():
        if isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, set):
            value = sorted(value)
        changed[str(key)] = value
    return changed


# %% wrong: through JSON, which has no bytes
import json


def plain(event):
    def other(value):
        return sorted(value) if isinstance(value, set) else str(value)

    return json.loads(json.dumps(event, default=other))


# %% wrong: forgets the keys
def plain(event):
    if isinstance(event, dict):
        return {key: plain(value) for key, value in event.items()}
    if isinstance(event, set):
        return sorted(event)
    if isinstance(event, list):
        return [plain(it) for it in event]
    return event.isoformat() if isinstance(event, date) else event


# %% wrong: text of everything that is not text
def plain(event):
    if isinstance(event, dict):
        return {str(key): plain(value) for key, value in event.items()}
    if isinstance(event, (list, set)):
        return [plain(it) for it in sorted(event, key=str)]
    return str(event)
