"""What the documents list is what there is: every route, page, refusal and setting, and nothing that is gone."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from queue_server import app as composed
from queue_server.config import PREFIX, Settings
from queue_server.web.errors import STATUS
from queue_server.web.session import DEVICE_KINDS, STAFF_COOKIE, device_cookie
from tests.browser import screens

DOCS = Path(__file__).parent.parent / "docs"
API, RUNNING = (DOCS / "api.md").read_text(), (DOCS / "running.md").read_text()
METHOD = r"(GET|POST|PUT|PATCH|DELETE)"
# Pages that a screen opens from its own first one.
BEHIND_A_SCREEN = ("/kiosk/", "/supervisor/", "/counter/")


@pytest.fixture(scope="module")
def app() -> Flask:
    return composed.build_app()


def section(text: str, heading: str) -> str:
    return text.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


def test_every_route_of_the_api_is_listed(app: Flask) -> None:
    document: dict[str, Any] = app.api_doc  # type: ignore[attr-defined]
    served = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    assert set(first_cells(section(API, "## Routes"))) == served


def test_every_page_is_listed(app: Flask) -> None:
    pages = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith(("/api/", *BEHIND_A_SCREEN)) and "/static/" not in rule.rule
    }
    assert set(first_cells(section(API, "## Pages"))) == pages


def test_every_refusal_is_listed_with_its_status() -> None:
    listed = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", section(API, "## Refusals"), re.MULTILINE)
    assert {code: int(status) for code, status in listed} == STATUS


def test_every_cookie_is_named() -> None:
    for name in (STAFF_COOKIE, *map(device_cookie, DEVICE_KINDS)):
        assert f"`{name}`" in section(API, "## Who asks")


def test_every_setting_is_listed_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section(RUNNING, "## Settings"), re.MULTILINE)
    assert {name for name, _ in rows} == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    defaults = {name.removeprefix(PREFIX).lower(): default.strip("` ") for name, default in rows}
    for name, field in Settings.model_fields.items():
        if field.default and isinstance(field.default, str | int):
            assert defaults[name] == str(field.default), name


# -- screens ---------------------------------------------------------------------------------------------------------

PARTS = ("base.html", "frame.html", "icons.html", "staff.html", "parts.html", "paper.html")  # no screen of their own


def test_every_template_has_a_state_in_the_list_of_screens() -> None:
    house = DOCS.parent
    templates = {
        str(path.relative_to(house))
        for path in house.glob("**/templates/**/*.html")
        if ".venv" not in path.parts and not path.name.endswith(PARTS)
    }
    assert templates - {state.template for state in screens.LISTED.values()} == set()


def test_every_state_in_the_list_of_screens_has_its_template_and_its_picture() -> None:
    for state in screens.LISTED.values():
        assert (DOCS.parent / state.template).is_file(), state.name
    pictures = {path.stem for path in (DOCS / "images").glob("*.png")}
    assert pictures == set(screens.LISTED)
