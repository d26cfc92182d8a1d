"""The MkDocs plugin `wslab-atlas`: the stored atlas as pages."""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from wslab.site.atlas.book import Book
from wslab.site.atlas.pages import HOLE, downloads, pages


class AtlasPlugin(BasePlugin):  # type: ignore[no-untyped-call, type-arg]
    """Make pages of the atlas, a page for each scenario and each server."""

    def __init__(self) -> None:
        self._html: dict[str, str] = {}

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages, and the data to download."""
        book = Book()
        for uri, markdown, html in pages(book):
            files.append(File.generated(config, uri, content=markdown))
            self._html[uri] = html
        for uri, content in downloads(book):
            files.append(File.generated(config, uri, content=content))
        return files

    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> str:
        """Put tables and ladders into the hole that the Markdown has for them."""
        return output.replace(HOLE, self._html.get(page.file.src_uri, ""), 1)
