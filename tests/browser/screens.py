"""The screens and states that `docs/screens.md` lists: each is held against axe-core where a test has brought it about.

What a whole run has not shown in every language fails it (`tests/conftest.py`). Their pictures are taken anew where
TEST_SCREENSHOTS=1 asks for it.
"""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page

from tests.browser import measures

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `([\w-]+)` \| (.+?) \| `(.+?)` \| ([a-z, ]+) \| !\[\]\(images/([\w-]+)\.png\) \|$", re.MULTILINE)


class State(NamedTuple):
    """One row of the document; `template` is the file, from the top of the project, that draws it."""

    name: str
    shows: str
    template: str
    languages: tuple[str, ...]


def listed() -> dict[str, State]:
    rows = ROW.findall((DOCS / "screens.md").read_text())
    return {
        name: State(name, shows, template, tuple(languages.split(", "))) for name, shows, template, languages, _ in rows
    }


LISTED = listed()
SHOWN: set[tuple[str, str]] = set()  # name and language, of this worker


def shown(page: Page, name: str, language: str = "id") -> list[str]:
    """The page is in this state: what axe-core finds. The document gets its picture.

    Every language has the same colours: axe's look at contrast, the slowest of all its rules, is for the first alone.
    """
    assert language in LISTED[name].languages, f"{name} in {language} is not in docs/screens.md"
    SHOWN.add((name, language))
    first = language == LISTED[name].languages[0]
    if os.environ.get("TEST_SCREENSHOTS") == "1" and first:
        page.evaluate("document.fonts.ready")
        taken = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        taken.quantize(128).save(DOCS / "images" / f"{name}.png", optimize=True)
    return measures.violations(page, [] if first else ["color-contrast"])


def not_shown(seen: set[tuple[str, str]]) -> list[str]:
    """What the document lists beyond what was seen, in its order."""
    return [
        f"{state.name} ({language})"
        for state in LISTED.values()
        for language in state.languages
        if (state.name, language) not in seen
    ]
