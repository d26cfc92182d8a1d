"""What a browser makes of a page before it runs a script."""

import re
from html.parser import HTMLParser


class Loaded(HTMLParser):
    """Collects what a page makes a browser fetch, and its heading anchors."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.headings: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        links = tag == "link" and given.get("rel") not in ("prev", "next", "canonical")
        if links and (href := given.get("href")):
            self.addresses.append(href)
        if tag != "a" and (source := given.get("src")):
            self.addresses.append(source)
        if tag == "script":  # what its data name it may fetch
            for value in filter(None, given.values()):
                self.addresses += re.findall(r"https?://[^\s\"']+", value)
        if re.fullmatch(r"h[1-6]", tag) and (anchor := given.get("id")):
            self.headings.append(anchor)
