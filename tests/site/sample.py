"""A chapter that holds one of everything that a page has to show."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9"
    "i18U1AAAAABJRU5ErkJggg=="
)

ADMONITION = '!!! note "Worth knowing"\n\n    An admonition, with `code` inside.'

TABLE = "| code | who |\n| --- | --- |\n| 1000 | both |\n| 1011 | server |"

ANNOTATED = (
    "async def application(scope, receive, send):\n"
    '    assert scope["type"] == "websocket"  # (1)!\n'
    "    await receive()\n\n\n"
    "app = application"
)

LADDER = (
    "from IPython.display import HTML, display\n"
    'svg = """<svg viewBox="0 0 9 9" role="img">\n\n<title>One *echo*</title>\n'
    '<text x="1" y="2" fill="currentColor">a &lt; b _c_</text>\n\n    </svg>"""\n'
    "HTML(svg)"
)

IMAGE = (
    "from base64 import b64decode\n"
    "from IPython.display import Image\n"
    f'Image(b64decode("{PIXEL}"), alt="Two pixels")'
)


def code(source: str, *tags: str) -> nbformat.NotebookNode:
    return new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source: str, *tags: str) -> nbformat.NotebookNode:
    return new_markdown_cell(source, metadata={"tags": list(tags)} if tags else {})


def notebook(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=list(cells), metadata={"kernelspec": kernel})


def everything() -> nbformat.NotebookNode:
    return notebook(
        text("# A sample chapter\n\nIt links to [a fault](02-other.ipynb#a-fault)."),
        text("## Words and boxes\n\nThe word zanzibar.\n\n" + ADMONITION),
        text(TABLE),
        text("## Code with notes"),
        code(ANNOTATED, "app:sample.py"),
        text("1. A note on the scope, with `code`.\n\nProse after the note."),
        text("## What cells print"),
        code('print("first")\nprint("<b>second</b> & `third` *fourth*")\n6 * 7'),
        code('for n in range(50):\n    print(f"line {n}")'),
        code(LADDER, "cover", "F33"),
        code(IMAGE),
        code('from IPython.display import Markdown\nMarkdown("| a |\\n| - |\\n| b |")'),
        code('raise ValueError("a fault, *expected*")', "raises-exception"),
        text("## Tags"),
        code('hidden_input = 1\nprint("shown output")', "remove-input"),
        code('shown_input = 1\nprint("hidden" + " output")', "remove-output"),
        code('folded_input = 1\nprint("open output")', "collapse"),
        text("**Exercise.** Add one and one.\n\nNow your turn."),
        text("The *solution* in words.", "solution"),
        code("print('sum', 1 + 1)", "solution"),
    )


SHOUT = """async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"].upper()})"""

CLIENT = """from websockets.asyncio.client import connect

async with connect(server.url("/")) as client:
    await client.send("hello")
    print(await client.recv())"""


def running() -> nbformat.NotebookNode:
    """A chapter for a page that runs it: each cell has a name."""
    cells = {
        "app": SHOUT,
        "serve": "from wslab.lab import serve\n\nserver = await serve(app)",
        "client": CLIENT,
        "ladder": "server.trace",
        "count": "count = 1",
        "more": "count += 1\ncount",
        "fails": 'raise ValueError("expected")',
        "bus": 'bus = "redis"\nbus',
        "stop": "await server.stop()",
        "on-bus": "bus.upper()",
    }
    named = [new_code_cell(source, id=name) for name, source in cells.items()]
    named[6].metadata = {"tags": ["raises-exception"]}
    return notebook(text("# A chapter that runs\n\nAll of it."), *named)


def other() -> nbformat.NotebookNode:
    return notebook(
        text("# Another chapter\n\nBack to [words](01-sample.ipynb#words-and-boxes)."),
        text("## A fault\n\nNothing to see."),
        code('print("other")', "F33"),
    )


def write(directory: Path, **notebooks: nbformat.NotebookNode) -> Path:
    """Write notebooks by file stem, `-` spelt `_`, with a leading underscore."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in notebooks.items():
        stem = name.removeprefix("_").replace("_", "-")
        nbformat.write(content, directory / f"{stem}.ipynb")
    return directory
