"""Pictures of the screens for the documents, taken by the tests that bring the screens into that state."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def picture(page: Page, name: str) -> None:
    """Writes `docs/images/<name>.png` where TEST_SCREENSHOTS=1 asks for it, else nothing."""
    if os.environ.get("TEST_SCREENSHOTS") == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.evaluate("document.fonts.ready")
        page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
