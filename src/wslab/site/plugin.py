"""The MkDocs plugin `wslab`: the chapters as pages, executed.

A chapter is a page of MkDocs' own: its Markdown is made from the notebook, so that
links, anchors, search and extensions see a Markdown page, and its source path is the
notebook's, so that a link to `12-a-name.ipynb` works here as in JupyterLab. Other
notebooks, which lie in `docs_dir`, mkdocs-jupyter shows as they are stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from wslab.site.execution.cache import Cache
from wslab.site.execution.failure import ExecutionError
from wslab.site.execution.queue import Executed, execute_all
from wslab.site.links import LinkCells
from wslab.site.notebooks import (
    COVER,
    NotebookError,
    check_tags,
    find_notebooks,
    read_notebook,
    tags,
)
from wslab.site.pages.colours import highlighting
from wslab.site.pages.downloads import applications, notebook_file
from wslab.site.pages.foot import folder, foot, source_uri
from wslab.site.pages.lean import lean
from wslab.site.pages.machines import FULL_TEXT, OVERVIEW, as_text, lede, overview
from wslab.site.pages.markdown import Rendered, render
from wslab.site.pages.outputs import UnshowableOutput
from wslab.site.pages.proofs import proofs
from wslab.site.pages.search import tune
from wslab.site.project import CACHE, NOTEBOOKS, Project
from wslab.site.repository import origin, without_secrets

_LADDER = "<!-- ladder: "
_TEMPLATES = Environment(
    # `{#` begins an id in Markdown.
    comment_start_string="<!--#",
    comment_end_string="#-->",
    keep_trailing_newline=True,
    trim_blocks=True,
    undefined=StrictUndefined,
)


class ChaptersConfig(Config):  # type: ignore[no-untyped-call]
    """What `mkdocs.yml` can say below the plugin's name, relative to that file."""

    notebooks = config_options.Dir(exists=True, default=NOTEBOOKS)
    """The directory of the chapters."""

    cache = config_options.Dir(default=CACHE)
    """Where outputs are kept until something that they depend on changes."""


class ChapterFile(File):
    """A notebook that is a page, at an address without its number."""

    def is_documentation_page(self) -> bool:
        """Return True, although MkDocs takes a notebook for a file to copy."""
        return True


@dataclass
class Chapter:
    """An executed notebook on its way to a page."""

    executed: Executed
    rendered: Rendered
    applications: dict[str, str]

    def beside(self) -> dict[str, str | bytes]:
        """Return the files in the chapter's folder, by name."""
        executed = self.executed
        content = notebook_file(executed.notebook, executed.path.parent)
        notebook = {f"{executed.name}.ipynb": content}
        return {**notebook, **self.applications, **self.rendered.images}

    def cover(self) -> str | None:
        """Return the HTML of the first output of the cell tagged `cover`."""
        for cell in self.executed.notebook.cells:
            for output in cell.get("outputs", ()) if COVER in tags(cell) else ():
                if "text/html" in output.get("data", {}):
                    return str(output.data["text/html"])
        return None


class ChaptersPlugin(BasePlugin[ChaptersConfig]):  # type: ignore[no-untyped-call]
    """Execute the notebooks and make pages of them."""

    def __init__(self) -> None:
        self._chapters: dict[str, Chapter] = {}
        self._links = LinkCells()
        self._nav: list[StructureItem] = []

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Put the notebooks where the navigation says `chapters/`, in reading order.

        Those that it names elsewhere stay there.
        """
        named = set(_leaves(config.nav))
        uris = [source_uri(path.stem) for path in self._notebooks()]
        rest = [uri for uri in uris if uri not in named]
        config.nav = _with_chapters(config.nav, rest)
        config.copyright = f"wslab {version('wslab')}"
        _name_repository(config)
        config.mdx_configs.setdefault("pymdownx.highlight", {}).update(highlighting())
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Execute the notebooks and add each with its figures and downloads."""
        for executed in self._execute(config):
            chapter = _chapter(executed)
            file = _page_file(config, chapter)
            self._chapters[file.src_uri] = chapter
            files.append(file)
            for name, content in chapter.beside().items():
                beside = f"{folder(executed.name)}/{name}"
                files.append(File.generated(config, beside, content=content))
        for name in (OVERVIEW, FULL_TEXT):
            files.append(File.generated(config, name, content=""))
        self._links.follow({uri: it.executed for uri, it in self._chapters.items()})
        return files

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> None:
        """Keep the navigation for the overview."""
        self._nav = nav.items

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> None:
        """Write for programs, now that each page has its title."""
        site, about = config.site_name, config.site_description or ""
        told = overview(site, about, self._nav, self._lede)
        notebooks = (it.executed.notebook for it in self._chapters.values())
        whole = "\n".join(as_text(it, config.site_url or "/") for it in notebooks)
        for name, content in ((OVERVIEW, told), (FULL_TEXT, whole)):
            file = files.get_file_from_path(name)
            assert file is not None
            file.content_string = content

    def on_page_markdown(
        self, markdown: str, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Fill in what a page that is no chapter cannot know: it is a template.

        `version`, `repository` (None if there is none), and `proof`, which has the
        links to the cells that prove a row, as `proof.F12`.
        """
        if page.file.generated_by:  # a chapter, or a page of another plugin
            return markdown
        template = _TEMPLATES.from_string(markdown)
        notebooks = {
            it.executed.path.stem: it.executed.notebook
            for it in self._chapters.values()
        }
        return template.render(
            version=version("wslab"),
            repository=config.repo_url,
            proof=proofs(notebooks),
        )

    def on_page_content(
        self, html: str, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Fill in outputs and the foot of a chapter, and the ladder of a page."""
        chapter = self._chapters.get(page.file.src_uri)
        if chapter is None:
            return self._with_covers(html)
        executed = chapter.executed
        return chapter.rendered.fill(html) + foot(
            executed.name, executed.record, chapter.applications
        )

    @event_priority(-100)  # once the theme's search has read it
    def on_page_context(
        self,
        context: TemplateContext,
        page: Page,
        config: MkDocsConfig,
        nav: Navigation,
    ) -> None:
        """Keep a long page's table of contents to its parts: `shallow_toc: true`."""
        if page.meta.get("shallow_toc"):
            for title in page.toc:
                for part in title.children:
                    part.children.clear()

    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> str:
        """Leave out what no reader sees; another plugin's page is its own affair."""
        own = page.file.generated_by in (None, "wslab")
        return lean(output) if own else output

    def on_post_build(self, config: MkDocsConfig) -> None:
        """Mend the search index that the theme has written."""
        self._links.end()
        tune(Path(config.site_dir))

    def on_build_error(self, error: Exception) -> None:
        """Leave MkDocs' warnings alone again."""
        self._links.end()

    def _lede(self, page: Page) -> str:
        chapter = self._chapters.get(page.file.src_uri)
        if chapter is None:
            return str(page.meta.get("description", ""))
        return lede(chapter.executed.notebook)

    def _notebooks(self) -> list[Path]:
        return find_notebooks(Path(self.config.notebooks))

    def _execute(self, config: MkDocsConfig) -> list[Executed]:
        directories = Path(self.config.notebooks), Path(self.config.cache)
        project = Project(_root(config), *directories)
        try:
            for path in self._notebooks():
                check_tags(path, read_notebook(path))
            return execute_all(self._notebooks(), cache=Cache(project))
        except (ExecutionError, NotebookError) as error:
            raise PluginError(str(error)) from error

    def _with_covers(self, html: str) -> str:
        """Return a page's HTML with a chapter's cover where a comment asks for it."""
        before, *asked = html.split(_LADDER)
        parts = [before]
        for text in asked:
            name, _, rest = text.partition(" -->")
            chapter = self._chapters.get(source_uri(name))
            cover = chapter.cover() if chapter else None
            if cover is None:
                raise PluginError(
                    f"no ladder in the chapter {name!r}: tag its cell cover"
                )
            parts += [f"<figure data-search-exclude>{cover}</figure>", rest]
        return "".join(parts)


def _name_repository(config: MkDocsConfig) -> None:
    """Let the site link to what it is told to (REPO_URL), else to git's origin."""
    told = config.repo_url
    config.repo_url = without_secrets(told) if told else origin(_root(config))
    if config.repo_url != told:
        config.repo_name = None
        config_options.RepoName("repo_url").post_validation(config, "repo_name")


def _root(config: MkDocsConfig) -> Path:
    return Path(str(config.config_file_path)).parent


def _leaves(nav: object) -> Iterator[str]:
    """Yield the pages that a navigation names."""
    match nav:
        case str():
            yield nav
        case dict():
            yield from _leaves(list(nav.values()))
        case list():
            for item in nav:
                yield from _leaves(item)


def _with_chapters(nav: object, uris: list[str]) -> object:
    """Return a navigation with chapters for `chapters/`, and without empty parts."""
    match nav:
        case "chapters/":
            return uris
        case dict():
            parts = {title: _with_chapters(item, uris) for title, item in nav.items()}
            return {title: item for title, item in parts.items() if item != []}
        case list():
            items = [_with_chapters(item, uris) for item in nav]
            return [item for item in items if item not in ([], {})]
    return nav


def _chapter(executed: Executed) -> Chapter:
    notebook = executed.notebook
    try:
        return Chapter(executed, render(notebook), applications(notebook))
    except (UnshowableOutput, NotebookError) as error:
        raise PluginError(f"{executed.path.name}, {error}") from None


def _page_file(config: MkDocsConfig, chapter: Chapter) -> ChapterFile:
    name = chapter.executed.name
    file = ChapterFile(
        source_uri(name),
        src_dir=None,
        dest_dir=config.site_dir,
        use_directory_urls=config.use_directory_urls,
        dest_uri=f"{folder(name)}/index.html",
    )
    file.generated_by = "wslab"
    file.content_string = chapter.rendered.markdown
    return file
