"""The content security policy of the site's pages, which they carry themselves.

A static host sets no headers, so each page has it in a `<meta>`. Scripts are the
site's own files and the theme's inline scripts, known by their SHA-256; WebAssembly may
be compiled, strings may not be evaluated. Nothing reaches another host, nor does a
worker that a page starts by a `blob:`, since that has the page's policy. Styles may be
inline: ladders and the table of the atlas have attributes that say how large they are,
and an editor writes its own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape

_DIRECTIVES = {
    "default-src": "'self'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "'self' blob:",
    "connect-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.S | re.I)
_ELSEWHERE = re.compile(r"\bsrc\s*=|\btype\s*=\s*[\"']?application/json", re.I)
_CHARSET = re.compile(r"<meta charset=[^>]*>", re.I)


def with_policy(html: str, inside: str = "") -> str:
    """Return a page that carries the policy which its own inline scripts obey.

    Args:
        html: the page.
        inside: a script that stands in the frames which the page makes.
    """
    text = escape(policy(html, inside), quote=False)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{text}">'
    # Before anything that it governs.
    return _CHARSET.sub(lambda charset: charset[0] + meta, html, count=1)


def policy(html: str, inside: str = "") -> str:
    """Return the policy of a page: that of all, and its inline scripts' hashes."""
    scripts = [
        text
        for attributes, text in _SCRIPT.findall(html)
        if not _ELSEWHERE.search(attributes)
    ]
    inline = dict.fromkeys(_hashed(it) for it in (*scripts, inside) if it)
    allowed = {"script-src": " ".join([_DIRECTIVES["script-src"], *inline])}
    directives = _DIRECTIVES | allowed
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _hashed(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
