"""The neighbours that other tests lean on are real, and what stands in for a missing one is visible."""

from collections.abc import Callable

import playwright.sync_api
import pytest
import sqlalchemy
from playwright.sync_api import Browser, Page

from tests import services


def test_every_test_gets_an_empty_database_of_the_kind_it_asked_for(empty_database_url: str) -> None:
    engine = sqlalchemy.create_engine(empty_database_url)
    assert empty_database_url.startswith(engine.dialect.name)
    assert sqlalchemy.inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE left_behind (id INTEGER)"))
    engine.dispose()


def test_a_database_is_dropped_although_somebody_is_still_connected(postgres_server: str) -> None:
    with services.postgres_database(postgres_server) as url:
        connection = sqlalchemy.create_engine(url).connect()
    with pytest.raises(sqlalchemy.exc.OperationalError):
        connection.execute(sqlalchemy.text("SELECT 1"))


@pytest.mark.browser
def test_the_kiosk_is_a_touch_screen_standing_upright_and_speaks_indonesian(new_page: Callable[[str], Page]) -> None:
    page = new_page("kiosk")
    seen = page.evaluate("[innerWidth, innerHeight, navigator.maxTouchPoints > 0, navigator.language]")
    assert seen == [1080, 1920, True, "id-ID"]


@pytest.mark.browser
def test_a_script_error_on_any_page_is_noticed(chromium: Browser) -> None:
    with pytest.raises(pytest.fail.Exception, match="rusak"), services.faultless_pages(chromium) as open_page:
        open_page("tv").set_content("<script>throw new Error('rusak')</script>")


@pytest.mark.browser
def test_no_page_reaches_the_internet(new_page: Callable[[str], Page]) -> None:
    with pytest.raises(playwright.sync_api.Error, match="ERR_NAME_NOT_RESOLVED"):
        new_page("phone").goto("http://example.com/")


def test_a_missing_service_is_skipped_visibly_and_fails_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.delenv("REQUIRE_SERVICES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt install chromium"):
        services.chromium_path()
    monkeypatch.setenv("REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match="apt install chromium"):
        services.chromium_path()
