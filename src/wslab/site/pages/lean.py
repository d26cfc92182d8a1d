"""A page's HTML without what no reader sees: a third of it and more."""

import re

_PRE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_INDENT = re.compile(r"\s*\n\s*")
_BLOCK = re.compile(
    r"\n(?=</?(?:article|body|details|div|h[1-6]|head|li|link|main|meta|nav|ol|p|script"
    r"|table|t[dhr]|tbody|thead|ul)\b)"
)
_ELLIPSIS = re.compile(r'<span class="md-ellipsis">\s*([^<\n]+?)\s*</span>(?=\s*</a>)')

_SPAN = re.compile(r'<span class="([a-z]+)(\d?)">([^<]*)</span>')
_RUN = re.compile(
    r'<span class="([a-z]+)">[^<]*</span>(?:\s*<span class="\1">[^<]*</span>)+'
)
_TAG = re.compile(r"<[^>]+>")
_COLOURS = {"c", "k", "m", "s"}  # comments, keywords, numbers, strings
_OWN = {"ow": "k", "nf": "nf", "nc": "nf", "nd": "nf", "fm": "nf"}


def lean(html: str) -> str:
    """Drop the templates' blanks, and marks on code that make no difference.

    Code keeps a mark for each run of comment, keyword, number, string, or name that
    is defined; names that are used, operators and punctuation have no colour.
    """
    parts = _PRE.split(html)
    parts[::2] = [_text(part) for part in parts[::2]]
    parts[1::2] = [_code(part) for part in parts[1::2]]
    return "".join(parts)


def _text(html: str) -> str:
    return _BLOCK.sub("", _ELLIPSIS.sub(r"\1", _INDENT.sub("\n", html)))


def _code(html: str) -> str:
    marked = _SPAN.sub(_recoloured, html.replace("<pre><span></span>", "<pre>"))
    return _RUN.sub(_merged, marked)


def _recoloured(span: re.Match[str]) -> str:
    kind = _OWN.get(span[1], span[1][0])
    if kind not in _COLOURS and span[1] not in _OWN:
        return span[3]
    return f'<span class="{kind}">{span[3]}</span>'


def _merged(run: re.Match[str]) -> str:
    return f'<span class="{run[1]}">{_TAG.sub("", run[0])}</span>'
