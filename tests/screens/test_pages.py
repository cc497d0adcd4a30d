"""The pages that lead to the screens, and what machines ask."""

import pytest

from queue_server.web.headers import HEADERS
from tests.the_office import TheOffice
from tests.the_web import TheWeb


def test_the_first_page_names_every_screen(web: TheWeb) -> None:
    page = web.stranger().page("/").text
    for address in ("/kiosk", "/display/A", "/display/B", "/counter", "/supervisor", "/stok", "/login"):
        assert f'href="{address}"' in page


def test_it_shows_who_is_signed_in(web: TheWeb) -> None:
    assert "Rina" in web.staff("clerk", "Rina").page("/").text


@pytest.mark.parametrize("path", ["/counter", "/supervisor", "/supervisor/stock?item=KTP"])
def test_a_page_of_the_staff_leads_strangers_to_the_door_and_back(web: TheWeb, path: str) -> None:
    answer = web.stranger().page(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=/")
    assert f'data-next="{path}"' in web.stranger().page(answer.headers["Location"]).text


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "/\\evil.example", "/%09/evil.example", "/%0A\\evil.example", "https://evil.example", "evil"],
)
def test_a_sign_in_never_leads_to_somebody_elses_page(web: TheWeb, elsewhere: str) -> None:
    assert 'data-next=""' in web.stranger().page(f"/login?next={elsewhere}").text


def test_a_browser_that_is_not_paired_is_told_how(web: TheWeb) -> None:
    answer = web.stranger().page("/kiosk")
    assert answer.status_code == 401
    assert "belum dipasangkan" in answer.text


def test_a_paired_browser_opens_its_screen_with_the_token_for_changes(web: TheWeb) -> None:
    _, token = web.add_device("kiosk")
    browser = web.stranger()
    browser.post("/device-session", {"token": token})
    page = browser.page("/kiosk").text
    assert f'<meta name="csrf" content="{web.house.door.csrf(token)}">' in page
    assert token not in page


def test_a_clerk_without_the_role_hears_so(web: TheWeb) -> None:
    answer = web.staff("clerk").page("/supervisor")
    assert answer.status_code == 403
    assert "Akun ini tidak boleh melakukan itu." in answer.text


def test_the_server_says_that_it_is_well(web: TheWeb) -> None:
    answer = web.stranger().page("/health")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_the_figures_are_those_of_the_office(web: TheWeb, office: TheOffice) -> None:
    web.kiosk().take()
    lines = dict(line.split() for line in web.stranger().page("/metrics").text.splitlines())
    assert lines["antrean_tickets_today"] == "1"
    assert lines["antrean_journal_seq"] == str(office.queries.head())
    assert lines["antrean_writer_queue"] == "0"


def test_the_ping_does_nothing_and_carries_what_every_answer_carries(web: TheWeb) -> None:
    answer = web.stranger().get("/ping")
    assert answer.json == {}
    for name, value in HEADERS:
        assert answer.headers[name] == value


def test_what_staff_see_stays_in_no_cache(web: TheWeb) -> None:
    assert web.staff("clerk").page("/counter").headers["Cache-Control"] == "no-store"


def test_a_report_of_what_is_no_date_is_refused(web: TheWeb) -> None:
    assert web.staff("supervisor").page("/supervisor/report?date=x").status_code == 400


def test_the_report_of_a_day_that_never_was_is_not_found(web: TheWeb) -> None:
    assert web.staff("supervisor").page("/supervisor/report?date=9999-12-31").status_code == 404
