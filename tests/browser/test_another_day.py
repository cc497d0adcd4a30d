"""Sold out at the kiosk: never a dead end. The offices with a policy, at the four levels of their stock."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from queue_server.operations import office as day
from queue_server.operations import stock, vouchers
from tests.browser import measures
from tests.browser.on_the_clock import OpenDoor, open_door
from tests.browser.screens import shown
from tests.browser.test_kiosk import at_start, in_every_size, title, touch
from tests.services import Screen
from tests.the_office import TheOffice

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
# How many blanks there are, how many are asked for first, and what is asked for then.
LEVELS = {
    "AMAN": (11_000, 700, "KTP-CETAK"),
    "TERBATAS": (2_000, 385, "KTP-CETAK"),  # 55 % of 700
    "KRITIS": (600, 0, "KTP-HILANG"),
    "KOSONG": (3, 0, "KTP-CETAK"),
}


@pytest.fixture
def door(request: pytest.FixtureRequest, sqlite_url: str, rng: random.Random) -> Iterator[OpenDoor]:
    """Cianjur on Monday 23 November 2026 at 09.42, with the blanks that the test asks for."""
    house = TheOffice(sqlite_url, rng, name="cianjur")
    house.found("2026-11-23 07.00", KTP=request.param)
    house.at("2026-11-23 09.42")
    for counter in (1, 3, 4, 5, 10, 11, 12, 13):
        house.open(counter)
    with open_door(house) as opened:
        yield opened
    house.verify()
    house.close()


def announce(office: TheOffice, quantity: int) -> None:
    said = f'code = "KTP"\nnext_delivery = {date(2026, 11, 26)}\ndelivery_quantity = {quantity}\n'
    text = office.text.replace('code = "KTP"\n', said, 1)
    office.do(day.apply_office, text=text, filename="office.toml", now=True)


@pytest.mark.parametrize(("door", "level"), [(LEVELS[level][0], level) for level in LEVELS], indirect=["door"])
def test_at_each_level_the_kiosk_says_why_in_the_offices_words_and_offers_another_way(
    new_page: NewPage, door: OpenDoor, level: str
) -> None:
    page, (_, taken, service) = new_page("kiosk"), LEVELS[level]
    door.pair(page, printer="none")
    door.office.journal.commit([door.office.wish("KTP-CETAK") for _ in range(taken)])
    catalogue = door.office.catalogue
    assert catalogue.policy
    words = catalogue.policy.levels[level].kiosk
    for language in ("en", "id"):
        page.goto(f"{door.url}/kiosk/service/{service}?lang={language}")
        expect(page.locator(".sorry")).to_contain_text(words.get(language))
        expect(page.locator(".opt-first")).to_be_visible()
        assert page.locator(".whole").evaluate_all("all => all.every((one) => one.getClientRects().length === 1)")
        assert in_every_size(page) == []
        assert shown(page, f"kiosk-soldout-{level.lower()}", language) + measures.too_faint(page, 4.5) == []
    expect(page.locator(".sorry .whole")).to_have_text("KTP-el")
    expect(page.locator(".zero")).to_have_count(int(level == "KOSONG"))
    expect(page.get_by_text("dari 0")).to_have_count(0)
    suket = page.locator(".opt", has_text="Surat keterangan pengganti KTP")
    expect(suket).to_have_count(1 if level in ("KRITIS", "KOSONG") else 0)
    at_start(page, door)
    if level != "AMAN":
        expect(page.locator(".k-news")).to_have_text(words.id)
    assert in_every_size(page) == []


@pytest.mark.parametrize("door", [11_000], indirect=True)
def test_a_suspended_service_says_its_reason_and_nothing_of_blanks(new_page: NewPage, door: OpenDoor) -> None:
    page = new_page("kiosk")
    door.pair(page, printer="none")
    door.office.do(stock.suspend, service="KTP-CETAK", reason="Pencetak kartu rusak")
    page.goto(f"{door.url}/kiosk/service/KTP-CETAK")
    expect(page.locator(".sorry p")).to_have_text(
        ["Alasan: Pencetak kartu rusak.", "Maaf. Masih ada cara lain untuk Anda."]
    )
    assert in_every_size(page) == []


@pytest.mark.parametrize("door", [11_000], indirect=True)
def test_registration_701_is_booked_for_tomorrow_with_its_blank(new_page: NewPage, door: OpenDoor) -> None:
    page = new_page("kiosk")
    door.pair(page, printer="none")
    door.office.journal.commit([door.office.wish("KTP-CETAK") for _ in range(700)])
    at_start(page, door)
    expect(page.locator(".stock-hero")).to_contain_text("jatah habis")
    touch(page, "rekam, cetak, ganti")
    touch(page, "Cetak KTP-el")
    title(page, "Nomor untuk Cetak KTP-el hari ini sudah habis.")
    expect(page.locator(".opt-first")).to_contain_text("Selasa, 24 November, 07.30–09.30")
    expect(page.locator(".opt-first")).to_contain_text("Urutan ke-1. Blangko disisihkan untuk Anda.")
    touch(page, "Pesan tempat untuk hari lain")
    title(page, "Kode antrean tunda Anda")
    expect(page.locator(".slip-card")).to_contain_text("Satu blangko sudah disisihkan untuk Anda")
    assert in_every_size(page) == []
    assert shown(page, "kiosk-waits-for-blanks") + measures.too_faint(page, 4.5) == []
    assert page.locator(".is-code").evaluate("node => node.scrollWidth <= node.clientWidth")
    assert door.office.stock().promised == 701
    touch(page, "Salah pilih?")
    touch(page, "Ya, batalkan")
    expect(page.locator("h1")).to_contain_text("Mau urus apa hari ini?")
    assert door.office.stock().promised == 700


@pytest.mark.parametrize("door", [3], indirect=True)
def test_blanks_that_arrive_call_back_who_was_deferred_and_every_screen_says_so(
    new_page: NewPage, door: OpenDoor
) -> None:
    page, office = new_page("kiosk"), door.office
    door.pair(page, printer="none")
    announce(office, 20)
    page.goto(f"{door.url}/kiosk/service/KTP-CETAK")
    expect(page.locator(".opt-first")).to_contain_text("Kamis, 26 November")
    expect(page.locator(".opt-first")).to_contain_text("Blangko Anda ikut kiriman hari itu.")
    touch(page, "Pesan tempat untuk hari lain")
    code = page.locator(".is-code").inner_text()
    phone = new_page("phone")
    phone.goto(f"{door.url}/t/{office.queries.voucher(code.lower(), 'id', office.clock).token}")
    expect(phone.locator("#rest")).to_contain_text("Lihat halaman ini sebelum berangkat.")
    assert measures.violations(phone) == []
    office.receive("KTP", 20)
    at_start(page, door)
    expect(page.locator(".k-news")).to_contain_text("Blangko sudah datang.")
    assert in_every_size(page) == []
    assert "Blangko sudah datang." in office.queries.lobby("A", office.clock).notices[0]
    phone.reload()
    expect(phone.locator("#hero")).to_contain_text("Kode ini berlaku hari ini.")
    assert shown(phone, "phone-called-back") + measures.too_faint(phone, 4.5) == []
    touch(page, "Punya nomor antrean tunda?")
    title(page, "Ketik kode")
    page.keyboard.type(code)
    touch(page, "Lanjut")
    touch(page, "Ambil nomor")
    expect(page.locator(".slip-card .big")).to_have_text("A-001")
    phone.reload()
    expect(phone.locator("#hero")).to_contain_text("Sudah ditukar dengan nomor baru.")


@pytest.mark.parametrize("door", [3], indirect=True)
def test_a_place_on_the_waiting_list_is_followed_and_given_back_on_the_phone(new_page: NewPage, door: OpenDoor) -> None:
    office = door.office
    codes = [
        office.do(vouchers.give_voucher, code=office.new_code(), token=office.new_id(), service="KTP-CETAK")
        for _ in range(3)
    ]
    phone = new_page("phone")
    phone.goto(f"{door.url}/t/{codes[2]['token']}")
    expect(phone.locator("#rest")).to_contain_text("Posisi 3 dari 3")
    expect(phone.locator("#hero")).to_contain_text("Jangan datang dulu.")
    expect(phone.locator("#rest")).to_contain_text("Kios memberi antrean tunda.")
    assert measures.violations(phone) + measures.too_faint(phone, 4.5) == []
    phone.get_by_text("Batalkan antrean").tap()
    phone.get_by_text("Ya, batalkan").tap()
    expect(phone.locator("#hero")).to_contain_text("Batal.")
    phone.goto(f"{door.url}/t/{codes[1]['token']}?lang=en")
    expect(phone.locator("#rest")).to_contain_text("Position 2 of 2")


@pytest.mark.parametrize("door", [2_000], indirect=True)
def test_who_needs_to_go_first_still_finds_a_number_in_their_share(new_page: NewPage, door: OpenDoor) -> None:
    page = new_page("kiosk")
    door.pair(page, printer="none")
    door.office.journal.commit([door.office.wish("KTP-CETAK") for _ in range(385)])
    page.goto(f"{door.url}/kiosk/service/KTP-CETAK")
    expect(page.locator(".sorry")).to_contain_text("Sisa jatah lain dibuka pukul 11.00.")
    touch(page, "Saya perlu didahulukan")
    title(page, re.escape("Cetak KTP-el") + ".*sudah bawa ini")
    expect(page.get_by_role("checkbox")).to_be_checked()
    touch(page, "Ambil nomor")
    expect(page.locator(".slip-card .big")).to_have_text("A-386")


@pytest.mark.parametrize("door", [3], indirect=True)
def test_a_lost_answer_gives_one_code_and_no_second(new_page: NewPage, door: OpenDoor) -> None:
    page = new_page("kiosk")
    door.pair(page, printer="none")
    page.goto(f"{door.url}/kiosk/service/KTP-CETAK")
    door.lose_answers("/api/v1/vouchers", most=1)
    touch(page, "Masuk daftar tunggu")
    expect(page.locator(".slip-card")).to_contain_text("Posisi1dari 1")
    assert door.lost == ["/api/v1/vouchers"]
