"""Path patterns: F8; what they match, and in which time."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab import Application, DeclarationError
from wslab.testing import Refused, connect
from wslab.websocket.routing.patterns import Pattern


@pytest.mark.parametrize(
    ("pattern", "path", "values"),
    [
        ("/", "/", {}),
        ("/a", "/a", {}),
        ("/a", "/a/", None),
        ("/{name}", "/Ada", {"name": "Ada"}),
        ("/{name:str}", "/a b", {"name": "a b"}),
        ("/{name}", "/a/b", None),
        ("/{name}", "/", None),
        ("/{name}", "/a\n", {"name": "a\n"}),
        ("/{n:int}", "/-7", {"n": -7}),
        ("/{n:int}", "/x", None),
        ("/{n:int}", "/7\n", None),
        ("/{n:int}", "/+7", None),
        ("/{n:int}", "/\u0667", None),
        ("/{n:int}", "/" + "9" * 5000, None),
        ("/{x:float}", "/1.5", {"x": 1.5}),
        ("/{x:float}", "/3", {"x": 3.0}),
        ("/{x:float}", "/3.", None),
        ("/{x:float}", "/\u0663", None),
        ("/{x:float}", "/" + "9" * 400, None),
        ("/f/{rest:path}", "/f/a/b.txt", {"rest": "a/b.txt"}),
        ("/f/{rest:path}", "/f/", {"rest": ""}),
        ("/{rest:path}/x", "/a/b/x", {"rest": "a/b"}),
        ("/{d:datetime:%Y-%m-%d}", "/2026-03-04", {"d": datetime(2026, 3, 4)}),
        ("/{d:datetime:%Y-%m-%d}", "/2026-13-04", None),
        ("/{d:datetime:%Y-%m-%d}", "/\u0662\u0660\u0662\u0666-03-04", None),
        ("/{d:datetime:%Y/%m/%d}/x", "/2026/03/04/x", {"d": datetime(2026, 3, 4)}),
        ("/{d:datetime}", "/2026-03-04T05:06", {"d": datetime(2026, 3, 4, 5, 6)}),
        ("/{d:datetime}", "/\u0662\u0660\u0662\u0666-03-04", None),
        ("/a.b/{x}+", "/a.b/1+", {"x": "1"}),
        ("/a.b", "/aXb", None),
        ("/{y:int}-{m:int}-{d:int}", "/2026-03-04", {"y": 2026, "m": 3, "d": 4}),
        ("/{a}-{b}-{c}", "/2026-03-04", {"a": "2026", "b": "03", "c": "04"}),
        ("/{a}-{b}", "/1-2-3", {"a": "1-2", "b": "3"}),
        ("/{name}.{ext}", "/a.tar.gz", {"name": "a.tar", "ext": "gz"}),
        ("/{x:float}.{ext}", "/1.5.json", {"x": 1.5, "ext": "json"}),
        ("/{x:float}.json", "/1.json", {"x": 1.0}),
        ("/{x:float},{y:float}", "/-1.5,2", {"x": -1.5, "y": 2.0}),
        (
            "/{d:datetime:%Y-%m-%d}-{n:int}",
            "/2026-03-04-7",
            {"d": datetime(2026, 3, 4), "n": 7},
        ),
        ("/{a:path}/x/{b:path}/y", "/1/x/2/x/3/y", {"a": "1/x/2", "b": "3"}),
        ("/{a:path}/{b}", "/1/2/3", {"a": "1/2", "b": "3"}),
        ("/{a}{n:int}", "/ab12", {"a": "ab1", "n": 2}),
    ],
)
def test_patterns(pattern, path, values):
    """F8: by name and type; what does not convert does not match."""
    assert Pattern(pattern).match(path) == values


@pytest.mark.parametrize(
    "pattern",
    [
        "/{}",
        "/{1}",
        "/{a",
        "/a}",
        "/{a:uuid}",
        "/{a:int:x}",
        "/{a}/{a}",
        "/{a:datetime:%Q}",
    ],
)
def test_a_wrong_pattern_is_an_error_at_registration(pattern):
    async def handler(scope, info, matches, web_socket):
        pass

    with pytest.raises(DeclarationError):
        Application().ws_router.add(pattern, handler)


GREEDY = {
    "str": "[^/]+",
    "int": "-?[0-9]+",
    "float": r"-?[0-9]+(?:\.[0-9]+)?",
    "path": ".*",
}


@settings(deadline=None)
@given(
    kinds=st.lists(st.sampled_from([*GREEDY]), max_size=4),
    literals=st.lists(st.text("-/.1x\n", max_size=2), min_size=5, max_size=5),
    path=st.text("-/.1x\n", max_size=12),
)
def test_every_pattern_splits_as_a_greedy_expression_does(kinds, literals, path):
    """What an expression finds by trying, in whatever time, and nothing else."""
    text = expression = ""
    for number, (literal, kind) in enumerate(zip(literals, [*kinds, ""], strict=False)):
        text += literal + (f"{{p{number}:{kind}}}" if kind else "")
        expression += re.escape(literal) + (f"({GREEDY[kind]})" if kind else "")
    convert = {"int": int, "float": float}
    found = re.fullmatch(expression, path, re.DOTALL)
    expected = found and [
        convert.get(kind, str)(group)
        for kind, group in zip(kinds, found.groups(), strict=True)
    ]
    values = Pattern(text).match(path)
    assert (values and [*values.values()]) == (expected if kinds else values)
    assert (values is None) == (found is None)


@pytest.mark.parametrize(
    "pattern",
    [
        "/{a}",
        "/{n:int}",
        "/{x:float}",
        "/{d:datetime:%Y-%m-%d}",
        "/{d:datetime}",
        "/{year}-{month}-{day}",
        "/{a}-{b}-{c}-{d}-{e}-{f}-",
        "/{a}{b}{c}{d}",
        "/{n:int}{m:int}-",
        "/{x:float}.{y:float}.{z:float}",
        "/{a}1{n:int}1{b}1",
        "/{a:path}/x/{b:path}/y",
        "/{a:path}{b:path}{c:path}/y",
        "/{a:path}-{b}/",
        "/{a:path}/{b}/{c:path}/{d}/z",
        "/{d:datetime:%Y/%m-%d}-{a}/{b:path}-",
    ],
)
@pytest.mark.parametrize("unit", ["-", "/", "1", ".", "x", "/x", "1-", "-1.", "/x/y"])
@pytest.mark.no_cover  # a tracer takes most of its time
def test_matching_is_linear_in_the_path(pattern, unit):
    """100,000 characters; what is quadratic takes minutes for them, or hours."""
    path = "/" + unit * (100_000 // len(unit))
    compiled = Pattern(pattern)
    for tail in ("", "\0"):
        values = compiled.match(path + tail)
        assert values is None or values.keys() == compiled.types.keys()


@pytest.mark.parametrize("digits", [4_300, 4_301, 5_000])
async def test_a_path_of_many_digits_is_no_route_rather_than_an_error(digits):
    """Python reads 4,300 digits of an int; a path with more is a 404."""
    app = Application()

    @app.websocket_route("/{n:int}")
    async def view(ws, n: int):
        await ws.send("read")

    async def status():
        try:
            async with connect(app, "/" + "1" * digits) as client:
                return await client.receive()
        except Refused as refused:
            return refused.status

    assert await status() == ("read" if digits <= 4300 else 404)


@pytest.mark.parametrize(
    ("pattern", "values", "path"),
    [
        ("/{name}", {"name": "a b?"}, "/a%20b%3F"),
        ("/{name}", {"name": 5}, "/5"),
        ("/{n:int}/{x:float}", {"n": 7, "x": 1.5}, "/7/1.5"),
        ("/{rest:path}", {"rest": "a/b"}, "/a/b"),
        ("/{a}-{b}", {"a": "1-2", "b": "3"}, "/1-2-3"),
        ("/{d:datetime:%Y-%m-%d}", {"d": datetime(2026, 3, 4)}, "/2026-03-04"),
    ],
)
def test_the_way_back(pattern, values, path):
    """F8: a pattern writes what it matches."""
    assert Pattern(pattern).path(values) == path


def test_the_way_back_refuses_what_would_be_read_as_something_else():
    """`/x-y-z` is `x-y` and `z` to this pattern."""
    with pytest.raises(ValueError, match="do not fit"):
        Pattern("/{a}-{b}").path({"a": "x", "b": "y-z"})
