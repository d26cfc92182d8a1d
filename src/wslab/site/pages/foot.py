"""Where a chapter and its downloads are on the site, and what its foot says."""

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape

from wslab.site.execution.cache import Record

_NUMBER = re.compile(r"^\d+-")


def source_uri(name: str) -> str:
    """Return the path that links in other pages name: beside its sister chapters."""
    return f"chapters/{name}.ipynb"


def folder(name: str) -> str:
    """Return the chapter's folder on the site, which is its name without the number."""
    return f"chapters/{_NUMBER.sub('', name)}"


def foot(name: str, record: Record, applications: Iterable[str]) -> str:
    """Return the chapter's record of execution and its downloads, as HTML.

    Args:
        name: of the notebook's file, without its suffix.
        record: how it was executed.
        applications: the names of the files beside the page.
    """
    return (
        '<div class="provenance" role="group" aria-label="About this chapter"'
        f" data-search-exclude>{_executed(record)}"
        f"{_downloads(name, applications)}</div>"
    )


def _executed(record: Record) -> str:
    at = datetime.fromisoformat(record.executed_at)
    when = f"{at.day} {at:%B %Y, %H:%M} UTC"
    commit = escape(record.commit)
    return (
        f'<p>Executed on <time datetime="{record.executed_at}">{when}</time>'
        f" in {record.seconds:.1f} s with Python {escape(record.python)},"
        f" uvicorn {escape(record.uvicorn)} and websockets {escape(record.websockets)}"
        f"{f', at commit <code>{commit}</code>' if commit else ''}.</p>"
    )


def _downloads(name: str, applications: Iterable[str]) -> str:
    files = {f"{name}.ipynb": "the notebook with its outputs"}
    files |= {application: application for application in applications}
    links = (
        f'<li><a href="{escape(file)}" download>{escape(label)}</a></li>'
        for file, label in files.items()
    )
    return f"<p>Download</p><ul>{''.join(links)}</ul>"
