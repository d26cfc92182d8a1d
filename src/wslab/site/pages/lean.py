"""A page's HTML without what no reader sees."""

import minify_html


def lean(html: str) -> str:
    """Return a page's HTML without the templates' blanks; code keeps its own."""
    return minify_html.minify(
        html, keep_closing_tags=True, keep_html_and_head_opening_tags=True
    )
