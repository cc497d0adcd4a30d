"""What the supervisor does and sees against touts: a number for who has no NIK, and the audit list."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import measures
from tests.browser.on_the_clock import OpenDoor, open_door
from tests.browser.test_staff_pages import check
from tests.services import Screen
from tests.the_office import TheOffice
from tests.the_web import PASSWORD

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]


@pytest.fixture
def asking(tmp_path: Path, rng: random.Random) -> Iterator[OpenDoor]:
    """Kota Serang on a Monday at 09.42, with two numbers for a NIK, service and day."""
    house = TheOffice(f"sqlite:///{tmp_path / 'asking.db'}", rng)
    house.text = house.text.replace("numbers_per_nik = 0", "numbers_per_nik = 2")
    house.found("2026-11-23 07.00", KTP=91)
    house.at("2026-11-23 09.42")
    with open_door(house) as opened:
        yield opened
    house.verify()
    house.close()


@pytest.fixture
def sari(asking: OpenDoor, new_page: NewPage) -> Page:
    """The supervisor's browser."""
    asking.web.add_staff("Sari", "supervisor")
    page = new_page("counter")
    page.goto(f"{asking.url}/login")
    page.get_by_label("Nama").fill("Sari")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/supervisor")
    return page


def test_who_has_no_nik_gets_the_number_from_the_supervisor(asking: OpenDoor, sari: Page) -> None:
    sari.goto(f"{asking.url}/supervisor/numbers")
    sari.get_by_role("button", name="Beri nomor tanpa NIK").click()
    dialog = sari.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert measures.violations(sari) == []
    dialog.get_by_label("Layanan").select_option("KIA-BARU")
    dialog.get_by_role("button", name="Beri nomor").click()
    sari.wait_for_url("**/numbers?number=D-001")
    expect(sari.get_by_role("button", name="Cetak ulang")).to_be_visible()


def test_reprints_and_calls_out_of_order_can_be_read_and_taken_along(asking: OpenDoor, sari: Page) -> None:
    rina, kiosk = asking.web.staff("clerk", "Rina"), asking.web.kiosk(name="Kios 1")
    first, second = asking.office.take("KTP-CETAK"), asking.office.take("KTP-CETAK")
    rina.do("/counters/4/open")
    rina.do(f"/tickets/{second['id']}/call", {"reason": "=sakit, datang dengan kursi roda"})
    kiosk.do(f"/tickets/{first['id']}/reprint", {"reason": "diminta di kios"})
    for language in ("en", "id"):
        sari.goto(f"{asking.url}/supervisor/audit?lang={language}")
        check(sari, "supervisor-audit")
    sari.emulate_media(color_scheme="light")
    sari.goto(f"{asking.url}/supervisor")
    sari.locator(".menu summary").click()
    sari.get_by_role("link", name="Pemeriksaan").click()
    row = sari.locator("tbody tr", has_text="A-002")
    expect(row).to_contain_text("Rina")
    expect(row).to_contain_text("=sakit, datang dengan kursi roda")
    expect(sari.locator("tbody tr", has_text="A-001")).to_contain_text("Kios 1")
    with sari.expect_download() as download:
        sari.get_by_role("link", name="Unduh CSV").click()
    reasons = [line["reason"] for line in csv.DictReader(download.value.path().read_text().splitlines())]
    assert reasons == ["diminta di kios", "'=sakit, datang dengan kursi roda"]
    sari.get_by_label("Dari").fill("2026-11-20")
    sari.get_by_label("Sampai").fill("2026-11-21")
    sari.get_by_role("button", name="Tampilkan").click()
    expect(sari.get_by_text("Tidak ada pada hari-hari ini.")).to_have_count(2)
