"""The application of a scenario as a file that `uvicorn file:app` runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from wslab.atlas.acts import Await, Connect
from wslab.atlas.scenario import Scenario
from wslab.site.atlas.frameworks import handler_source
from wslab.site.atlas.source import source_of

_SIGNAL = re.compile(r'scope\["signal"\]\("(\w+)"\)')

_WITHOUT_LIFESPAN = """\
    assert scope["type"] != "lifespan"  # uvicorn goes on without
"""

_LIFESPAN = """\
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["since_startup"] = []
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
"""

_SHOWN = """\
    known = {{**scope["asgi"], **scope}}
    for key in [{}]:
        print(key, known.get(key, "(absent)"))
"""

_SIGNALLED = """\
    scope["signal"] = lambda name: signals[name].wait()
"""

_NOTED = """\
    if note := {}:
        print(note)
"""

_FOLLOWED = '''\
did, news = [], asyncio.Event()  # the client waits for what is done


def words(event):
    """An event in a few words."""
    if event.get("text") is not None:
        return repr(event["text"])
    kind = event["type"].removeprefix("websocket.")
    return f"{{kind}} {{event['code']}}" if "code" in event else kind


async def followed(scope, receive, send):
    """Call the application, and tell the client what it does."""

    def tell(line):
        did.append(line)
        news.set()

    async def receives():
        event = await receive()
        tell(f"receives {{words(event)}}")
        return event

    async def sends(event):
        tell(f"sends {{words(event)}}")
        await send(event)

    try:
        note = await {name}(scope, receives, sends)
    except BaseException as error:
        tell(f"raises {{error!r}}")
        raise
    tell(f"notes {{note}}")
    tell("returns")
    return note\
'''


def application_source(scenario: Scenario) -> str:
    """Return a scenario's application, which says what is asked and what it has seen.

    Client and application have their names in common, as in the playground. The client
    sets an event of `signals` for a `Signal`, and an `Await` finds in `did` what the
    application has done, in the words of `wslab.atlas.views`; `news` is set with it.
    """
    code = _without_annotations(source_of(scenario.app))
    name = scenario.app.__name__
    if name == "app":
        name = "handler"
        code = code.replace("async def app(", f"async def {name}(")
    signals = _signals(code)
    follows = any(isinstance(it, Await) for it in scenario.client)
    parts = [_with_asyncio(code) if signals or follows else code, signals]
    if follows:
        parts.append("\n" + _FOLLOWED.format(name=name))
        name = "followed"
    shown = ", ".join(map(repr, scenario.scope))
    call = f"await {name}(scope, receive, send)"
    parts += (
        "\nasync def app(scope, receive, send):\n"
        + (_LIFESPAN if "state" in scenario.scope else _WITHOUT_LIFESPAN)
        + (_SHOWN.format(shown) if shown else "")
        + (_SIGNALLED if signals else "")
        + (_NOTED.format(call) if _notes(code) else f"    {call}\n"),
    )
    return _file(scenario, parts)


def framework_source(scenario: Scenario, framework: str) -> str:
    """Return the same in a framework, a column of `frameworks.MODULES`."""
    (connect, *_) = scenario.client
    assert isinstance(connect, Connect)
    code = handler_source(framework, connect.target)
    signals = _signals(code)
    if not signals:
        return _file(scenario, [f"{code}\n"])
    app = (
        "framework = app\n\n\nasync def app(scope, receive, send):\n"
        f"{_SIGNALLED}    await framework(scope, receive, send)\n"
    )
    return _file(scenario, [_with_asyncio(code), signals, app])


def _file(scenario: Scenario, parts: Iterable[str]) -> str:
    """Return a file that says what is asked, of parts that may be empty."""
    return "\n\n".join([f'"""{scenario.asks}"""', *filter(None, parts)])


def _signals(code: str) -> str:
    """Return the statement with the events that code waits for, "" without any."""
    names = dict.fromkeys(_SIGNAL.findall(code))
    events = ", ".join(f'"{it}": asyncio.Event()' for it in names)
    return f"\nsignals = {{{events}}}  # the client sets them" if events else ""


def _with_asyncio(code: str) -> str:
    if "import asyncio" in code.splitlines():
        return code
    separator = "\n" if code.startswith(("import ", "from ")) else "\n\n"
    return f"import asyncio{separator}{code}"


def _notes(code: str) -> bool:
    """Return whether something in the code returns a value: the scenario's note."""
    nodes = ast.walk(ast.parse(code))
    return any(isinstance(it, ast.Return) and it.value for it in nodes)


def _without_annotations(source: str) -> str:
    """Return code without the annotations of its functions, which nothing defines."""
    lines = [line.encode() for line in source.splitlines()]
    spans = sorted(_annotations(ast.parse(source)), reverse=True)
    for row, begin, last, end in spans:
        before = lines[row - 1][:begin].rstrip(b" ->").rstrip(b":")
        lines[row - 1 : last] = [before + lines[last - 1][end:]]
    return "\n".join(line.decode() for line in lines)


def _annotations(tree: ast.AST) -> Iterator[tuple[int, int, int, int]]:
    """Yield where annotations begin and end: rows from 1, bytes from 0."""
    for node in ast.walk(tree):
        found = None
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = node.returns
        elif isinstance(node, ast.arg):
            found = node.annotation
        if found is not None:
            assert found.end_lineno
            assert found.end_col_offset
            yield found.lineno, found.col_offset, found.end_lineno, found.end_col_offset
