"""The MkDocs plugin `wslab-atlas`: the stored atlas as pages."""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files

from wslab.site.atlas.book import Book
from wslab.site.atlas.pages import downloads, pages


class AtlasPlugin(BasePlugin):  # type: ignore[no-untyped-call, type-arg]
    """Make pages of the atlas, a page for each scenario and each server."""

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages, and the data to download."""
        book = Book()
        for uri, content in (*pages(book), *downloads(book)):
            files.append(File.generated(config, uri, content=content))
        return files
