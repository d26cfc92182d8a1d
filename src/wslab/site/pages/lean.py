"""A page's HTML without the templates' blanks, which no reader sees."""

import re

_PRE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_BLOCK = re.compile(
    r"\n(?=</?(?:article|body|details|div|h[1-6]|head|li|link|main|meta|nav|ol|p|script"
    r"|table|t[dhr]|tbody|thead|ul)\b)"
)
_ELLIPSIS = re.compile(r'<span class="md-ellipsis">\s*([^<\n]+?)\s*</span>(?=\s*</a>)')


def lean(html: str) -> str:
    """Return a page's HTML without the templates' blanks; code keeps its own."""
    parts = _PRE.split(html)
    parts[::2] = [_text(part) for part in parts[::2]]
    return "".join(parts)


def _text(html: str) -> str:
    return _BLOCK.sub("", _ELLIPSIS.sub(r"\1", _without_indents(html)))


def _without_indents(html: str) -> str:
    """Return the lines that are not blank, without the space at their line breaks."""
    first, *inner = html.split("\n")
    if not inner:
        return html
    last = inner.pop()
    middle = [line for line in map(str.strip, inner) if line]
    return "\n".join([first.rstrip(), *middle, last.lstrip()])
