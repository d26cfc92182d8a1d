"""Route and query parameters of views, and wrong declarations: F8, F12, F16, F19."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Literal, Optional
from uuid import UUID

import pytest

from wslab import Application, DeclarationError, Router
from wslab.testing import Refused, connect


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


async def test_path_and_query_parameters_on_a_server(serving, record):
    """F16: converted from their annotations, before accept."""
    app = Application()

    @app.websocket_route("/chat/{channel}/{page:int}")
    async def chat(ws, channel: str, page: int, anonymous: bool = False):
        record.append((channel, page, anonymous))

    server = await serving(app)
    async with server.client("/chat/a%20b/7?anonymous=true") as client:
        assert await client.ended() == (1000, "")
    assert record == [("a b", 7, True)]
    refusal = await server.refused("/chat/a/7?anonymous=perhaps")
    body = b"query parameter 'anonymous' must be true or false"
    assert (refusal.status, refusal.body) == server.expect("refusal", (403, body))
    assert len(record) == 1


def serve(annotation, default=...):
    """An application whose view records the value of its query parameter."""
    app = Application()
    values = []

    async def view(ws, value):
        values.append(value)

    view.__annotations__["value"] = annotation
    if default is not ...:
        view.__defaults__ = (default,)
    app.websocket_route("/")(view)
    return app, values


UUID_TEXT = "12345678-1234-5678-1234-567812345678"
CDEF = "-cdef-5678-1234-567812345678"


@pytest.mark.parametrize(
    ("annotation", "query", "value"),
    [
        (str, "value=a%2Fb+c", "a/b c"),
        (str, "value=", ""),
        (int, "value=-7", -7),
        (float, "value=1.5e3", 1500.0),
        (bool, "value=Yes", True),
        (bool, "value=0", False),
        (datetime, "value=2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        (UUID, f"value={UUID_TEXT}", UUID(UUID_TEXT)),
        (UUID, "value=ABCDEFAB-cdef-5678-1234-567812345678", UUID("abcdefab" + CDEF)),
        (Colour, "value=red", Colour.RED),
        (Literal["a", 1], "value=1", 1),
        (int | None, "", None),
        (Optional[int], "value=3", 3),  # noqa: UP045
        (list[int], "value=1&value=2", [1, 2]),
        (list[str], "", []),
        (list[int] | None, "", None),
        (int, "value=1&value=2", 2),
    ],
)
async def test_a_query_value_converts(annotation, query, value):
    """F16: str, int, float, bool, datetime, UUID, Enum, Literal, Optional, list."""
    app, values = serve(annotation)
    async with connect(app, f"/?{query}"):
        pass
    assert values == [value]
    assert type(values[0]) is type(value)


@pytest.mark.parametrize(
    ("annotation", "query"),
    [
        (int, ""),
        (int, "value="),
        (int, "value=1.0"),
        (int, "value=1_000"),
        (int, "value=%D9%A1"),
        (int, "value=" + "9" * 5000),
        (float, "value=nan"),
        (float, "value=1e999"),
        (bool, "value="),
        (datetime, "value=yesterday"),
        (datetime, "value=%D9%A2%D9%A0%D9%A2%D9%A6-03-04"),
        (bool, "value=%EF%BC%91"),
        (float, "value=%D9%A3"),
        (float, "value=" + "1" * 60_000 + "x"),
        (UUID, "value=7"),
        (UUID, f"value={UUID_TEXT.replace('-', '')}"),
        (UUID, f"value={{{UUID_TEXT}}}"),
        (UUID, f"value=urn:uuid:{UUID_TEXT}"),
        (UUID, f"value=%D9%A1{UUID_TEXT[1:]}"),
        (UUID, f"value=%2B{UUID_TEXT[1:]}"),
        (UUID, f"value=0x{UUID_TEXT[2:]}"),
        (UUID, f"value={UUID_TEXT}%0A"),
        (Colour, "value=RED"),
        (Literal["a"], "value=b"),
        (list[int], "value=1&value=x"),
    ],
)
async def test_a_bad_value_is_refused_before_accept(annotation, query):
    """F16: 403, the parameter's name, never the value."""
    app, values = serve(annotation)
    with pytest.raises(Refused) as refused:
        async with connect(app, f"/?{query}"):
            pass
    assert (refused.value.status, values) == (403, [])
    assert b"'value'" in refused.value.body


async def test_a_route_serves_each_application_with_its_own_providers():
    """What supplies a parameter depends on the application, not on the route."""
    router = Router()

    @router.websocket_route("/")
    async def view(ws, name: str):
        await ws.send(name)

    providing, asking = Application(), Application()

    @providing.provider()
    def name():
        return "provided"

    providing.include_router(router)
    asking.include_router(router)
    for app, expected in ((providing, "provided"), (asking, "asked")):
        async with connect(app, "/?name=asked") as client:
            assert await client.receive() == expected


async def test_a_default_stands_for_a_missing_value():
    app, values = serve(int, default=5)
    async with connect(app, "/"):
        pass
    assert values == [5]


async def test_an_annotation_converts_a_plain_path_parameter():
    app = Application()
    values = []

    @app.websocket_route("/{colour}/{ident}")
    async def view(ws, ident: UUID, *, colour: Colour):
        values.append((colour, ident))

    async with connect(app, f"/blue/{UUID_TEXT}"):
        pass
    assert values == [(Colour.BLUE, UUID(UUID_TEXT))]
    with pytest.raises(Refused):
        async with connect(app, f"/green/{UUID_TEXT}"):
            pass


async def test_a_parameter_that_the_view_does_not_want_is_left_out():
    app = Application()
    values = []

    @app.websocket_route("/{a}/{b}")
    async def view(ws, b):
        values.append(b)

    async with connect(app, "/1/2"):
        pass
    assert values == ["2"]


def sync_view(ws):
    """No coroutine."""


async def unsupplied(ws, mystery):
    """No one supplies it."""


async def unsupported(ws, mystery: dict):
    """No text converts to a dict."""


async def unannotated(ws, mystery=5):
    """Its default would stand for ever."""


async def keywords(ws, **mystery):
    """Nothing supplies these."""


async def positional(ws, *mystery):
    """Nor these."""


async def without():
    """No WebSocket."""


async def misnamed(ws, mystery: Nowhere):  # noqa: F821
    """Its annotation names nothing."""


async def mistyped(ws, number: str):
    """The path gives an int."""


@pytest.mark.parametrize(
    ("view", "named"),
    [
        (sync_view, "async def"),
        (unsupplied, "mystery"),
        (unsupported, "mystery"),
        (unannotated, "mystery"),
        (keywords, "mystery"),
        (positional, "mystery"),
        (without, "WebSocket"),
        (misnamed, "Nowhere"),
        (mistyped, "number"),
    ],
)
def test_a_mistake_in_a_declaration_is_an_error_at_registration(view, named):
    """F12: it names the function and the parameter."""
    with pytest.raises(DeclarationError, match=named) as error:
        Application().websocket_route("/{number:int}")(view)
    assert view.__name__ in str(error.value)
    assert isinstance(error.value, TypeError)
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize(
    "options",
    [
        {"value_type": "xml"},
        {"receive_type": "xml"},
        {"send_type": "xml"},
        {"caught_close_codes": any},
        {"caught_close_codes": ("1000",)},
        {"caught_close_codes": 1000},
        {"origins": "example.org"},
        {"origins": ["example.org"]},
        {"max_size": 0},
        {"max_rate": -1},
    ],
)
def test_a_wrong_option_is_an_error_at_registration(options):
    """F19: an unknown value type, and whatever else makes no sense."""

    async def view(ws):
        pass

    with pytest.raises(DeclarationError):
        Application().websocket_route("/", **options)(view)


def sync_handler(scope, info, matches, web_socket):
    """No coroutine."""


async def short_handler(scope, web_socket):
    """Two arguments of four."""


@pytest.mark.parametrize("handler", [sync_handler, short_handler])
def test_a_handler_of_the_wrong_shape_is_an_error_at_registration(handler):
    with pytest.raises(DeclarationError, match=handler.__name__):
        Application().ws_router.add("/", handler)


def test_a_router_finds_the_mistake_when_it_is_included():
    """Only an application has the providers that may supply a parameter."""
    router = Router()
    router.websocket_route("/")(unsupplied)
    with pytest.raises(DeclarationError, match="mystery"):
        Application().include_router(router)
