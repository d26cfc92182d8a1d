"""The MkDocs plugin `wslab-live`: what lets a chapter's cells run in the page.

It adds the files that a page's Python needs below `live/`, tells each chapter's page
where they are, which cells can't run, which open pages and which open in the
playground, and gives every page its policy.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Literal

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from wslab.site.live.assets import Assets, build_assets
from wslab.site.live.cells.clients import Client, read_clients
from wslab.site.live.cells.exceptions import Exceptions, read_exceptions
from wslab.site.live.cells.opening import openings
from wslab.site.live.licences import LICENCES, page, read_licences
from wslab.site.live.licences import files as texts
from wslab.site.live.policy import with_policy
from wslab.site.live.unavailable import Unavailable
from wslab.site.notebooks import NotebookError

FOLDER = "live"
RUNNER = "scripts/live/runner.js"
PLAYGROUND = {"playground/index.md": "scripts/live/playground.js"}
"""Pages with a script of their own that starts a page's Python."""

FRAMES = "scripts/live/frame-inside.js"
"""The script of the frames that show what cells made."""

LICENCES_PAGE = "licences.md"

_RUNS = "data-live-manifest"
_CELL = re.compile(r'<div data-cell="([\w-]+)"')


class LiveConfig(Config):  # type: ignore[no-untyped-call]
    """What `mkdocs.yml` can say below the plugin's name, relative to that file."""

    assets = config_options.Type(bool, default=True)
    """Whether cells can run in their pages; without, a build fetches nothing."""

    cache = config_options.Dir(default=".cache/live")
    """Where is kept what was fetched and made."""


class LivePlugin(BasePlugin[LiveConfig]):  # type: ignore[no-untyped-call]
    """Let cells run in their pages."""

    def __init__(self) -> None:
        self._serving = False
        self._manifest = ""
        self._exceptions = Exceptions()
        self._clients: dict[str, dict[str, Client]] = {}

    def on_startup(
        self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool
    ) -> None:
        """Note whether MkDocs adds a script of its own to pages, as its server does."""
        self._serving = command == "serve"

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add what a page's Python needs, and the page of licences."""
        notebooks = Path(config.plugins["wslab"].config["notebooks"])
        try:
            self._exceptions = read_exceptions(notebooks)
            self._clients = read_clients(notebooks)
        except NotebookError as error:
            raise PluginError(str(error)) from error
        assets = self._assets(config) if self.config.assets else None
        self._manifest = f"{FOLDER}/{assets.manifest}" if assets else ""
        for name, path in assets.files() if assets else ():
            uri = f"{FOLDER}/{name}"
            files.append(File.generated(config, uri, abs_src_path=str(path)))
        python = read_licences(assets.trees / LICENCES) if assets else []
        scripts = read_licences(Path(config.docs_dir) / "scripts" / LICENCES)
        content = page(python, scripts)
        files.append(File.generated(config, LICENCES_PAGE, content=content))
        for name, text in texts([*python, *scripts]):
            files.append(File.generated(config, name, content=text))
        return files

    def on_page_content(
        self, html: str, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Tell a page where its script is, and a chapter's which cells can't run."""
        is_chapter = page.file.generated_by == "wslab"
        script = RUNNER if is_chapter else PLAYGROUND.get(page.file.src_uri)
        if not script or not self._manifest or not files.get_file_from_path(script):
            return html
        if not is_chapter:
            return html + self._script(script, page.url)
        name = Path(page.file.src_uri).stem
        clients = self._clients.get(name, {})
        told = {
            "live-reason": self._exceptions.cannot.get(name, {}),
            "live-stored": self._exceptions.stored.get(name, {}),
            "live-clients": {it: json.dumps(asdict(of)) for it, of in clients.items()},
            "live-shut": self._exceptions.shut.get(name, {}),
            "live-opens": self._openings(name, config),
        }
        return _with_data(html, told) + self._script(script, page.url)

    @event_priority(-100)  # once all others have written into the page
    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> str:
        """Give a page its policy; a stored notebook has what its outputs bring."""
        stored = page.file.src_uri.endswith(".ipynb") and not page.file.generated_by
        if stored or self._serving:
            return output
        script = Path(config.docs_dir) / FRAMES
        inside = script.read_text(encoding="utf-8") if _RUNS in output else ""
        return with_policy(output, inside.strip())

    def on_post_template(
        self, output_content: str, template_name: str, config: MkDocsConfig
    ) -> str:
        """Give a page that has no source, such as 404.html, its policy."""
        bare = self._serving or not template_name.endswith(".html")
        return output_content if bare else with_policy(output_content)

    def _assets(self, config: MkDocsConfig) -> Assets | None:
        root = Path(str(config.config_file_path)).parent
        try:
            return build_assets(root, Path(self.config.cache))
        except Unavailable as error:
            print(f"the site has no Run controls: {error}", file=sys.stderr)
            return None

    def _openings(self, name: str, config: MkDocsConfig) -> dict[str, str]:
        """Return the fragments of what opens in the playground for cells."""
        notebooks = Path(config.plugins["wslab"].config["notebooks"])
        found = openings(notebooks / f"{name}.ipynb", self._exceptions)
        return {cell: project.fragment for cell, project in found.items()}

    def _script(self, script: str, url: str) -> str:
        source, manifest = (
            get_relative_url(it, url) for it in (script, self._manifest)
        )
        return f'<script type="module" src="{source}" {_RUNS}="{manifest}"></script>'


def _with_data(html: str, told: Mapping[str, Mapping[str, str]]) -> str:
    """Return a chapter's HTML whose cells have what is told of them as data."""

    def marked(cell: re.Match[str]) -> str:
        found = {name: of[cell[1]] for name, of in told.items() if cell[1] in of}
        data = [f' data-{name}="{escape(it)}"' for name, it in found.items()]
        return "".join([cell[0], *data])

    return _CELL.sub(marked, html)
