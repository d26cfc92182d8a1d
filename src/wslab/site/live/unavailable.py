"""Why a site is built without Run controls."""

from __future__ import annotations


class Unavailable(Exception):
    """What a page runs cannot be had; the message is one line that says why."""
