"""The chapters as MkDocs pages: executed, rendered by MkDocs' own Markdown.

mkdocs-jupyter makes pages of the notebooks that this hook adds to the site's files.
The hook gives MkDocs their Markdown and takes back the `render` that mkdocs-jupyter
puts on the page, so that links, anchors, search and extensions see a Markdown page.
"""

import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from wslab.site.execution.cache import Cache
from wslab.site.execution.failure import ExecutionError
from wslab.site.execution.queue import Executed, execute_all
from wslab.site.notebooks import NotebookError, find_notebooks
from wslab.site.pages.downloads import applications, notebook_file
from wslab.site.pages.foot import folder, foot, source_uri
from wslab.site.pages.lean import lean
from wslab.site.pages.markdown import Rendered, render
from wslab.site.pages.outputs import UnshowableOutput
from wslab.site.pages.search import tune

_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_LADDER = re.compile(r"<!-- ladder: (\S+) -->")


@dataclass
class Chapter:
    """An executed notebook on its way to a page."""

    executed: Executed
    rendered: Rendered
    applications: dict[str, str]


_chapters: dict[str, Chapter] = {}


def on_config(config: MkDocsConfig) -> None:
    """Put the notebooks, in reading order, where the navigation says `chapters/`."""
    uris = [source_uri(path.stem) for path in _notebooks(config)]
    config.nav = _with_chapters(config.nav, uris)
    config.copyright = f"wslab {version('wslab')}"


def _with_chapters(nav: object, uris: list[str]) -> object:
    match nav:
        case "chapters/":
            return uris
        case dict():
            return {title: _with_chapters(item, uris) for title, item in nav.items()}
        case list():
            return [_with_chapters(item, uris) for item in nav]
    return nav


def _directory(config: MkDocsConfig, what: str) -> Path:
    """A directory that the configuration names relative to itself."""
    return Path(config.config_file_path).parent / str(config.extra[what])


def _notebooks(config: MkDocsConfig) -> list[Path]:
    return find_notebooks(_directory(config, "notebooks"))


@event_priority(100)
def _add_chapters(files: Files, config: MkDocsConfig) -> None:
    """Execute the notebooks and add each with its figures and downloads."""
    _chapters.clear()
    for executed in _execute(config):
        uri = source_uri(executed.name)
        chapter = _chapters[uri] = _chapter(executed)
        files.append(File.generated(config, uri, abs_src_path=str(executed.path)))
        for name, content in _beside(chapter).items():
            beside = f"{folder(executed.name)}/{name}"
            files.append(File.generated(config, beside, content=content))


def _execute(config: MkDocsConfig) -> list[Executed]:
    try:
        return execute_all(_notebooks(config), cache=Cache(_directory(config, "cache")))
    except (ExecutionError, NotebookError) as error:
        raise PluginError(str(error)) from error


def _chapter(executed: Executed) -> Chapter:
    notebook = executed.notebook
    try:
        return Chapter(executed, render(notebook), applications(notebook))
    except (UnshowableOutput, NotebookError) as error:
        raise PluginError(f"{executed.path.name}, {error}") from None


def _beside(chapter: Chapter) -> dict[str, str | bytes]:
    """The files in a chapter's folder, by name."""
    executed = chapter.executed
    content = notebook_file(executed.notebook, executed.path.parent)
    notebook = {f"{executed.name}.ipynb": content}
    return {**notebook, **chapter.applications, **chapter.rendered.images}


@event_priority(-100)
def _name_chapters(files: Files, config: MkDocsConfig) -> None:
    """Give the pages that mkdocs-jupyter has made an address without a number."""
    for uri, chapter in _chapters.items():
        page = files.src_uris[uri]
        page.dest_uri = f"{folder(chapter.executed.name)}/index.html"
        page.url = f"{folder(chapter.executed.name)}/"
        page.abs_dest_path = str(Path(config.site_dir, page.dest_uri))


on_files = CombinedEvent(_add_chapters, _name_chapters)


@event_priority(-100)
def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> None:
    """Take back the page's own render from mkdocs-jupyter."""
    if page.file.src_uri in _chapters:
        vars(page).pop("render", None)


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    """A chapter's Markdown in place of its JSON."""
    chapter = _chapters.get(page.file.src_uri)
    return chapter.rendered.markdown if chapter else None


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str | None:
    """Fill the version and the repository's address into a page that is no chapter."""
    if page.file.src_uri in _chapters:
        return None
    filled = markdown.replace("{{ version }}", version("wslab"))
    return filled.replace("{{ repository }}", config.repo_url or "REPOSITORY")


def on_page_content(
    html: str, page: Page, config: MkDocsConfig, files: Files
) -> str | None:
    """Fill in outputs and the foot of a chapter, and the ladder of a page."""
    chapter = _chapters.get(page.file.src_uri)
    if chapter is None:
        return _LADDER.sub(lambda place: _first_ladder(place[1]), html)
    executed = chapter.executed
    return chapter.rendered.fill(html) + foot(
        executed.name, executed.record, chapter.applications
    )


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Leave out what no reader sees."""
    return lean(output)


@event_priority(-100)
def on_post_build(config: MkDocsConfig) -> None:
    """Mend the search index that the theme has written."""
    tune(Path(config.site_dir))


def _first_ladder(name: str) -> str:
    """The first ladder that a chapter's execution drew."""
    chapter = _chapters.get(source_uri(name))
    for output in chapter.rendered.outputs if chapter else ():
        if ladder := _SVG.search(output):
            return f"<figure data-search-exclude>{ladder[0]}</figure>"
    raise PluginError(f"no ladder in the chapter {name!r}")
