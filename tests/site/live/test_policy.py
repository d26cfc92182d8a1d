"""Each page carries a policy that names its own inline scripts and no other host."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from wslab.site.live.policy import policy, with_policy

PAGE = (
    '<html><head><meta charset="utf-8"><title>A</title>'
    "<script>one()</script></head><body><script src='a.js'></script>"
    '<script id="c" type="application/json">{}</script><script>two(\n1)</script>'
    "<script>one()</script></body></html>"
)


def hashed(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def directives(html):
    return dict(it.split(" ", 1) for it in policy(html).split("; "))


def test_inline_scripts_are_known_by_their_hashes_each_once():
    assert directives(PAGE)["script-src"].split() == [
        "'self'",
        "'wasm-unsafe-eval'",
        hashed("one()"),
        hashed("two(\n1)"),
    ]


def test_no_script_is_allowed_that_is_not_there():
    scripts = directives("<meta charset=utf-8>")["script-src"]
    assert scripts == "'self' 'wasm-unsafe-eval'"


def test_nothing_is_allowed_from_another_host():
    assert not re.search(r"https?:|\*|'unsafe-eval'", policy(PAGE))
    assert directives(PAGE)["default-src"] == "'self'"
    assert directives(PAGE)["connect-src"] == "'self'"
    # What a page makes itself has the page's own policy.
    assert directives(PAGE)["worker-src"] == "'self' blob:"


def test_the_script_of_the_frames_is_known_by_its_hash():
    scripts = re.search(
        "script-src ([^;]+);", with_policy("<meta charset=utf-8>", "a()")
    )
    assert scripts
    assert scripts[1] == f"'self' 'wasm-unsafe-eval' {hashed('a()')}"


def test_it_stands_before_all_that_it_governs():
    html = with_policy(PAGE)
    assert html.count("Content-Security-Policy") == 1
    meta = re.search(
        '<meta http-equiv="Content-Security-Policy" content="([^"]+)">', html
    )
    assert meta
    assert meta[1] == policy(PAGE)
    assert meta.start() < html.index("<script>")


@pytest.mark.slow
def test_pages_of_every_kind_carry_it(own_site):
    pages = [
        *("index.html", "404.html", "licences/index.html", "atlas/index.html"),
        *("atlas/explorer/index.html", "chapters/echo/index.html"),
    ]
    for page in pages:
        assert "Content-Security-Policy" in (own_site / page).read_text(), page
