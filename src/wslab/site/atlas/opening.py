"""Which scenarios open in the playground, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from wslab.atlas.acts import Outlast, Terminate
from wslab.atlas.frameworks.table import FRAMEWORKS
from wslab.atlas.scenario import Scenario
from wslab.atlas.servers.server import FRAMEWORKS as GROUP
from wslab.site.atlas.application import application_source, framework_source
from wslab.site.atlas.client import client_source
from wslab.site.atlas.frameworks import MODULES
from wslab.site.playground import FOLDER, Project

IMPLEMENTATIONS = {
    "uvicorn": "websockets-sansio",
    "uvicorn-wsproto": "wsproto",
    "uvicorn-websockets": "websockets",
}
"""The columns of the servers that the playground has, and its names for them."""

OF_FRAMEWORKS = dict.fromkeys(["asgi", *MODULES], "websockets-sansio")
"""The same of those of frameworks, plain ASGI first."""

OPTIONS = {
    "ping_interval": "ws_ping_interval",
    "ping_timeout": "ws_ping_timeout",
    "max_size": "ws_max_size",
    "limit": "limit_concurrency",
}
"""The options of a scenario that the playground has, and its names for them."""

PARSERS = "a page's uvicorn reads HTTP with h11, the measured one with httptools"

CANNOT = {
    "header-bare-lf": PARSERS,
    "header-folded": PARSERS,
    "host-missing": PARSERS,
    "host-twice": PARSERS,
}
"""Scenarios that show something else in the playground, and why."""


def reason(scenario: Scenario) -> str:
    """Return why a scenario does not open, "" if it does."""
    if any(isinstance(act, Terminate | Outlast) for act in scenario.client):
        return "it needs a process"
    if scenario.options.unix:
        return "a page has no Unix sockets"
    return CANNOT.get(scenario.name, "")


def implementations(scenario: Scenario) -> Mapping[str, str]:
    """Return the columns that a scenario opens with, the usual one first.

    Each has uvicorn's implementation, as the playground names it.
    """
    return OF_FRAMEWORKS if scenario.group == GROUP else IMPLEMENTATIONS


def opened(scenario: Scenario, column: str = "") -> Project | None:
    """Return what opens for a scenario on a server, None if nothing does.

    Args:
        scenario: What opens.
        column: The name of the server's column; by default the usual one.
    """
    known = implementations(scenario)
    column = column or next(iter(known))
    if column not in known or reason(scenario):
        return None
    if column in MODULES and FRAMEWORKS[column].without(scenario):
        return None
    options: dict[str, str | float] = {
        OPTIONS[name]: value
        for name, value in asdict(scenario.options).items()
        if value is not None
    }
    if known[column] != IMPLEMENTATIONS["uvicorn"]:
        options["ws"] = known[column]
    source = (
        framework_source(scenario, column)
        if column in MODULES
        else application_source(scenario)
    )
    name = scenario.name.replace("-", "_")
    return Project(name, source, client_source(scenario.client), options)


def link(project: Project) -> str:
    """Return a link in HTML, relative to the address of a scenario's page."""
    address = f"../../{FOLDER}/{project.fragment}"
    return f'<a href="{address}">Open in the playground</a>'
