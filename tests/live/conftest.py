"""The site's assets for pages that run cells, built once and kept."""

from pathlib import Path

import pytest

from wslab.site.live.assets import Assets, build_assets

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def assets() -> Assets:
    """Build them as the site does, into the same cache."""
    return build_assets(ROOT, ROOT / ".cache" / "live")
